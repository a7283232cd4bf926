interface FormActionsProps {
  /** On the button that sends the form. */
  readonly words: string;
  readonly isDisabled: boolean;
  readonly onCancel: () => void;
}

/** The end of a form that can be left without a change. */
export function FormActions({ words, isDisabled, onCancel }: FormActionsProps) {
  return (
    <div className="actions">
      <button type="submit" className="primary" disabled={isDisabled}>
        {words}
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
