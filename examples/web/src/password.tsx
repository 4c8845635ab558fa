// A field for a new password. The service checks it while it is typed, so the page has no rules of its own.

import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useQuery } from 'urql';
import { PasswordField } from './forms';
import { CheckPasswordDocument, PasswordPolicyDocument, type CheckPasswordQuery } from './gql/graphql';
import { requestUncached } from './latchkey';
import { passwordProblem, strengths } from './words';

type Verdict = CheckPasswordQuery['checkPassword'];

// The owner's names, which the password must not contain. By default, they come from the form.
type Owner = { email: string; username: string };

type Props = { name: 'password' | 'newPassword'; label: string; owner?: Owner };

export function NewPasswordField({ name, label, owner }: Props) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [{ data }] = useQuery({ query: PasswordPolicyDocument, requestPolicy: 'cache-first' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef('');
  const judgement = useId();
  useEffect(() => () => clearTimeout(timer.current), []);

  const check = async (password: string, { email, username }: Owner) => {
    try {
      const variables = { input: { password, email, username } };
      const { checkPassword } = await requestUncached(CheckPasswordDocument, variables);
      if (latest.current === password) setVerdict(checkPassword);
    } catch {
      // Errors are shown when the form is submitted.
      if (latest.current === password) setVerdict(null);
    }
  };

  const typed = ({ currentTarget: input }: FormEvent<HTMLInputElement>) => {
    latest.current = input.value;
    clearTimeout(timer.current);
    if (!input.value) return setVerdict(null);
    timer.current = setTimeout(() => {
      const data = new FormData(input.form ?? undefined);
      const names = owner ?? { email: String(data.get('email') ?? ''), username: String(data.get('username') ?? '') };
      void check(input.value, names);
    }, 300);
  };

  const fewest = data?.passwordPolicy.minLength;
  return (
    <div className="new-password">
      <PasswordField
        name={name}
        label={label}
        autoComplete="new-password"
        hint={`At least ${fewest ?? '…'} characters. A few unrelated words make a good password.`}
        onInput={typed}
        judgedBy={verdict && !verdict.acceptable ? judgement : undefined}
      />
      <Strength id={judgement} verdict={verdict} />
    </div>
  );
}

// Takes up its space before the first check: a button that moves between the press and the release of the mouse is not clicked.
function Strength({ id, verdict }: { id: string; verdict: Verdict | null }) {
  const { score, acceptable, problems, suggestions } = verdict ?? UNJUDGED;
  const words = strengths[Math.min(Math.max(score, 0), 4)];
  return (
    <div className="strength" data-score={acceptable ? score : Math.min(score, 1)}>
      {verdict && <meter min={0} max={4} value={score} aria-label="Strength of the password" aria-valuetext={words} />}
      <div className="bars" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} data-on={verdict !== null && (score >= step || step === 1)} />
        ))}
      </div>
      <div className="judgement" id={id} aria-live="polite">
        {verdict && (
          <p className="verdict">{acceptable ? `${words}.` : problems.map((one) => passwordProblem[one]).join(' ')}</p>
        )}
        {!acceptable && suggestions.length > 0 && <p className="hint">{suggestions.join(' ')}</p>}
      </div>
    </div>
  );
}

const UNJUDGED: Verdict = { score: 0, acceptable: false, problems: [], suggestions: [] };
