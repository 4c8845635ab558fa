// Forms and buttons, and their errors.

import {
  createContext,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type FormEvent,
  type InputHTMLAttributes,
  type ReactNode,
} from 'react';
import { problem as makeProblem, sentenceFor, type Problem, type ProblemCode, type Sentences } from './errors';
import { useTask, type Task } from './task';
import { keepFocus, Refusal, useSecondsUntil } from './ui';

export type Values = (name: string) => string;

type FormState = { problem: Problem | null; blame: Blame };

// The fields of errors that name no field.
type Blame = Partial<Record<ProblemCode, string>>;

const FormContext = createContext<FormState>({ problem: null, blame: {} });

type FormProps = {
  // The text that it returns is shown as a message.
  act: (value: Values, form: HTMLFormElement) => Promise<string | void>;
  submit: string;
  label?: string;
  sentences?: Sentences;
  blame?: Blame;
  danger?: boolean;
  quiet?: boolean;
  // Whether the fields are cleared after success.
  reset?: boolean;
  // Of a form without fields.
  focusSubmit?: boolean;
  children?: ReactNode;
  beside?: ReactNode;
};

export function Form(props: FormProps) {
  const { act, submit, label, sentences, blame = {}, danger, quiet, reset, focusSubmit, children, beside } = props;
  const form = useRef<HTMLFormElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const task = useTask(act);
  const { problem, busy } = task;
  const waiting = useSecondsUntil(problem?.retryAt ?? null) > 0;

  useEffect(() => {
    if (!problem) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);

  useEffect(() => {
    if (focusSubmit) button.current?.focus();
  }, [focusSubmit]);

  const submitted = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const current = event.currentTarget;
    if (waiting) return;
    const missing = emptyFields(current);
    if (missing) return task.fail(makeProblem('VALIDATION_FAILED', missing));
    const data = new FormData(current);
    const value = (name: string) => String(data.get(name) ?? '');
    keepFocus();
    if ((await task.run(value, current)) && reset) current.reset();
  };

  return (
    <form ref={form} aria-label={label} noValidate aria-busy={busy} onSubmit={(event) => void submitted(event)}>
      <FormContext.Provider value={{ problem, blame }}>
        {children}
        <FormProblem form={form} problem={problem} blame={blame} sentences={sentences ?? {}} />
        <div className="actions">
          <button ref={button} className={danger ? 'danger' : quiet ? '' : 'primary'} aria-disabled={busy || waiting}>
            {busy && <span className="spinner" aria-hidden="true" />}
            {submit}
          </button>
          {beside}
        </div>
      </FormContext.Provider>
    </form>
  );
}

const NEEDED = 'Please fill in this field.';

function emptyFields(form: HTMLFormElement): Record<string, string> | null {
  const empty = [...form.elements].filter(
    (field): field is HTMLInputElement => field instanceof HTMLInputElement && field.required && !field.value,
  );
  return empty.length ? Object.fromEntries(empty.map(({ name }) => [name, NEEDED])) : null;
}

type FormProblemProps = {
  form: { current: HTMLFormElement | null };
  problem: Problem | null;
  blame: Blame;
  sentences: Sentences;
};

// The part of an error that is not shown at a field.
function FormProblem({ form, problem, blame, sentences }: FormProblemProps) {
  if (!problem) return null;
  const has = (name: string | undefined) => Boolean(name && form.current?.elements.namedItem(name));
  if (has(blame[problem.code])) return null;
  const rest = Object.entries(problem.fields).filter(([name]) => !has(name));
  return <Refusal problem={problem} sentences={sentences} rest={rest.map(([, message]) => message)} />;
}

function useFieldProblem(name: string): string | null {
  const { problem, blame } = useContext(FormContext);
  if (!problem) return null;
  const message = problem.fields[name];
  if (message) return message;
  return blame[problem.code] === name ? sentenceFor(problem, AT_FIELD) : null;
}

const AT_FIELD: Sentences = { AUTH_INVALID_CREDENTIALS: 'This is not your password.' };

type FieldProps = {
  name: string;
  label: string;
  hint?: ReactNode;
  optional?: boolean;
  after?: ReactNode;
  // The id of an element that already shows the error of the value.
  judgedBy?: string | undefined;
} & Omit<InputHTMLAttributes<HTMLInputElement>, 'name' | 'id' | 'required'>;

export function Field({ name, label, hint, optional = false, after, judgedBy, ...rest }: FieldProps) {
  const id = useId();
  const input = useFollowing(rest.defaultValue);
  const wrong = useFieldProblem(name);
  const described = [hint && `${id}-hint`, wrong && (judgedBy ?? `${id}-wrong`)].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional && <span className="quiet"> (optional)</span>}
      </label>
      <div className="control">
        <input
          ref={input}
          id={id}
          name={name}
          required={!optional}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={described || undefined}
          {...rest}
        />
        {after}
      </div>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && !judgedBy && (
        <p className="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

// Updates a field when its value is loaded again, unless the user has typed something else.
function useFollowing(loaded: FieldProps['defaultValue']) {
  const field = useRef<HTMLInputElement>(null);
  const shown = useRef(loaded);
  useEffect(() => {
    const input = field.current;
    if (input && loaded !== undefined && input.value === String(shown.current)) input.value = String(loaded);
    shown.current = loaded;
  }, [loaded]);
  return field;
}

export function EmailField(props: Partial<FieldProps>) {
  return (
    <Field
      name="email"
      label="Email address"
      type="email"
      autoComplete="email"
      autoCapitalize="off"
      spellCheck={false}
      {...props}
    />
  );
}

type PasswordFieldProps = { name: string; label: string; autoComplete: 'current-password' | 'new-password' } & Partial<
  Pick<FieldProps, 'hint' | 'onInput' | 'judgedBy' | 'autoFocus'>
>;

export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const show = (
    <button
      type="button"
      className="in-field"
      aria-label={`${shown ? 'Hide' : 'Show'} ${props.label.toLowerCase()}`}
      onClick={() => setShown(!shown)}
    >
      {shown ? 'Hide' : 'Show'}
    </button>
  );
  return <Field {...props} type={shown ? 'text' : 'password'} autoCapitalize="off" spellCheck={false} after={show} />;
}

// For password managers, in forms without a field for the username.
export function UsernameForManagers({ value }: { value: string }) {
  return <input type="text" autoComplete="username" value={value} readOnly hidden />;
}

export function Checkbox({ name, label, checked = false }: { name: string; label: string; checked?: boolean }) {
  return (
    <label className="check">
      <input type="checkbox" name={name} defaultChecked={checked} />
      {label}
    </label>
  );
}

// A button that asks for confirmation before an action that cannot be undone.

type ConfirmProps = {
  children: ReactNode;
  // The accessible name, if the text of the button is not enough.
  name?: string;
  title: string;
  text: ReactNode;
  confirm: string;
  act: () => Promise<string | void>;
  sentences?: Sentences;
  small?: boolean;
};

export function Confirm({ children, name, title, text, confirm, act, sentences, small }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  const task = useTask(act);
  const close = () => {
    setOpen(false);
    task.fail(null);
  };
  return (
    <>
      <button
        type="button"
        className={small ? 'small danger-quiet' : 'danger-quiet'}
        aria-label={name}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open && (
        <Dialog title={title} onClose={close}>
          <p>{text}</p>
          {task.problem && <Refusal problem={task.problem} sentences={sentences ?? {}} />}
          <div className="actions end">
            <button type="button" onClick={close}>
              Cancel
            </button>
            <button
              type="button"
              className="danger"
              aria-disabled={task.busy}
              onClick={() => {
                void task.run().then((done) => {
                  if (!done) return;
                  keepFocus();
                  close();
                });
              }}
            >
              {task.busy && <span className="spinner" aria-hidden="true" />}
              {confirm}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the effects of the content, which may choose the focus.
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

type TaskButtonProps = { task: Task<[]>; children: ReactNode; name?: string; className?: string };

export function TaskButton({ task, children, name, className }: TaskButtonProps) {
  return (
    <button
      type="button"
      className={className}
      aria-label={name}
      aria-disabled={task.busy}
      onClick={() => {
        keepFocus();
        void task.run().then(keepFocus);
      }}
    >
      {task.busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
