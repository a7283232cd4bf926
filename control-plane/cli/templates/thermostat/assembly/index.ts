import { config, kv, log, publish } from '@wherry/guest-sdk/assembly';

/** Remembers what the sensors say, and every few minutes tells the heating which temperature to hold. */
const TARGET: f64 = 21.0;
const BOOST: f64 = 1.5;

export function onMqtt(topic: string, payload: ArrayBuffer): void {
  const celsius = F64.parseFloat(String.UTF8.decode(payload));
  if (isNaN(celsius)) log.warning('not a temperature on ' + topic);
  else kv.set('celsius', celsius.toString());
}

export function onCron(schedule: string): void {
  const text = kv.get('celsius');
  if (text === null) return log.info('no reading yet');
  const setpoint = setpointFor(F64.parseFloat(text));
  const zone = config('ZONE');
  const message = '{"zone":"' + (zone === null ? '' : zone) + '","setpoint":' + setpoint.toString() + '}';
  if (!publish('hvac/setpoint', message)) log.error('the setpoint could not be published');
}

/** 0 is healthy. A release that is not healthy is taken back by the device itself. */
export function onHealth(): i32 {
  const setpoint = setpointFor(0);
  return setpoint >= 5 && setpoint <= 30 ? 0 : 1;
}

function setpointFor(celsius: f64): f64 {
  return celsius < TARGET ? TARGET + BOOST : TARGET;
}
