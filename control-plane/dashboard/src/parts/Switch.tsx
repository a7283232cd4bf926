interface SwitchProps<Value> {
  readonly label: string;
  readonly options: readonly (readonly [words: string, value: Value])[];
  readonly value: Value;
  readonly onValue: (value: Value) => void;
}

/** One of a few, as a row of buttons. */
export function Switch<Value extends string | number>({ label, options, value, onValue }: SwitchProps<Value>) {
  return (
    <fieldset className="switch">
      <legend className="hidden">{label}</legend>
      {options.map(([words, each]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onValue(each)}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}
