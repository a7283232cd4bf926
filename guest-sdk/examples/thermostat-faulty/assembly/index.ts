import { config, kv, log, publish } from "@wherry/guest-sdk/assembly";

/**
 * The thermostat with a mistake that no compiler finds: the target is in Celsius already, and is converted once more. It would
 * ask for minus six degrees; its health check notices, so that a rollout halts and devices go back to the last good release.
 */
const TARGET: f64 = celsiusOf(21.0);

function celsiusOf(fahrenheit: f64): f64 {
  return ((fahrenheit - 32.0) * 5.0) / 9.0;
}

const BOOST: f64 = 1.5;

export function onMqtt(topic: string, payload: ArrayBuffer): void {
  const celsius = F64.parseFloat(String.UTF8.decode(payload));
  if (isNaN(celsius) || celsius < -60 || celsius > 80) {
    log.warning("not a temperature on " + topic);
    return;
  }
  kv.set("celsius", celsius.toString());
  tell(celsius);
}

export function onCron(schedule: string): void {
  const celsius = lastCelsius();
  if (isNaN(celsius)) log.info("no reading yet in zone " + zone());
  else tell(celsius);
}

/** Healthy as long as the setpoint it would send is one that a heating can hold. */
export function onHealth(): i32 {
  const celsius = lastCelsius();
  const setpoint = setpointFor(isNaN(celsius) ? TARGET : celsius);
  return setpoint >= 5 && setpoint <= 30 ? 0 : 1;
}

function tell(celsius: f64): void {
  const setpoint = setpointFor(celsius);
  const message = '{"zone":"' + zone() + '","celsius":' + celsius.toString() + ',"setpoint":' + setpoint.toString() + "}";
  if (publish("hvac/setpoint", message)) log.info("setpoint " + setpoint.toString() + " for zone " + zone());
  else log.error("the setpoint could not be published");
}

function setpointFor(celsius: f64): f64 {
  return celsius < TARGET ? TARGET + BOOST : TARGET;
}

function lastCelsius(): f64 {
  const text = kv.get("celsius");
  return text === null ? NaN : F64.parseFloat(text);
}

function zone(): string {
  const name = config("ZONE");
  return name === null ? "unknown" : name;
}
