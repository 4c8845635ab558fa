/**
 * The pages that mailed links open.
 *
 * The token of a link is in the fragment of its address, which browsers do not send. It is used only when a person presses
 * the button: mail scanners and previews open links too, and must not use them up.
 */

const API = '../graphql';

// A form, or the pressed button, names its operation. The fields of the form are the variables.
const OPERATIONS = {
  verifyEmail: `mutation($token: String!) {
    verifyEmail(input: { token: $token }) { user { email } }
  }`,
  resetPassword: `mutation($token: String!, $password: String!) {
    resetPassword(input: { token: $token, newPassword: $password }) { user { email } }
  }`,
  confirmEmailChange: `mutation($token: String!) {
    confirmEmailChange(input: { token: $token }) { user { email } }
  }`,
  secureAccount: `mutation($token: String!) {
    secureAccount(input: { token: $token }) { email revokedSessions }
  }`,
  acceptInvitation: `mutation($token: String!) {
    acceptInvitation(input: { token: $token }) { membership { role organization { name } } }
  }`,
  declineInvitation: `mutation($token: String!) {
    declineInvitation(input: { token: $token }) { declinedInvitationId }
  }`,
  cancelRegistration: `mutation($token: String!) {
    cancelRegistration(input: { token: $token }) { deletedUserId }
  }`,
  registerInvited: `mutation($token: String!, $email: String!, $username: String!, $password: String!) {
    register(input: { invitationToken: $token, email: $email, username: $username, password: $password }) {
      user { username }
    }
  }`,
  resendVerificationEmail: `mutation($email: String!) {
    resendVerificationEmail(input: { email: $email }) { accepted }
  }`,
  requestPasswordReset: `mutation($email: String!) {
    requestPasswordReset(input: { email: $email }) { accepted }
  }`,
};
// The first step of a page may name a query, if it shows something that only the service knows.
const QUERIES = {
  registration: `query($token: String!) {
    registration(token: $token) { email username registeredAt device }
  }`,
  invitation: `query($token: String!) {
    invitation(token: $token) { organizationName role invitedByName email expiresAt }
  }`,
};
const LOGIN = `mutation($identifier: String!, $password: String!) {
  login(input: { identifier: $identifier, password: $password }) { token { accessToken } }
}`;
const LOGOUT = 'mutation { logout { revokedSessions } }';
const PASSWORD_POLICY = '{ passwordPolicy { minLength maxLength } }';
const CHECK_PASSWORD = `query($input: CheckPasswordInput!) {
  checkPassword(input: $input) { acceptable score problems suggestions }
}`;

/** Errors about fields that do not list them. */
const FIELDS = { AUTH_USERNAME_EXISTS: ['username'] };

/** Errors after which the link is useless, and the steps that say so. */
const LAST_STEPS = {
  AUTH_LINK_INVALID: 'invalid',
  AUTH_EMAIL_EXISTS: 'taken', // when a change of address is confirmed too late
  MEMBERSHIP_EXISTS: 'member',
};

const phrases = JSON.parse(document.getElementById('phrases').textContent);
const plural = new Intl.PluralRules(document.documentElement.lang);
const title = document.getElementById('title');
const progress = document.getElementById('progress');
const problem = document.getElementById('problem');

// The title of the page. Some steps have a title of their own.
const [ownTitle, product] = [title.textContent, document.title.slice(title.textContent.length)];
// Judges the current password, on a page that asks for a new one.
let judgeNow = null;
// The values that the link's query returned, for all later steps.
let facts = {};
let busy = false;
const KEPT = `token of ${location.pathname}`;
const token = takeToken();
// The last step, if the link is used up.
const { end } = history.state ?? {};
if (end) show(end);
else if (token) begin();
else show('missing');

// A link that is pasted into the open page changes only the fragment, which does not reload the page.
window.addEventListener('hashchange', () => {
  if (location.hash.includes('token=')) location.reload();
});

// The Enter key also clicks a button. Older browsers do not have `event.submitter`.
let pressed = null;
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.type === 'submit') pressed = button;
});

// A button that goes to another step, or repeats the query of the first step.
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || busy) return;
  if (button.dataset.goTo) {
    problem.textContent = '';
    finish(button.dataset.goTo);
  } else if ('read' in button.dataset) {
    begin();
  }
});

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  await send(event.target, pressed);
  busy = false;
});

if (token) {
  for (const control of document.querySelectorAll('.control')) {
    offerToShow(control.querySelector('input'), control.querySelector('button'));
  }
  const chosen = document.getElementById('new-password');
  if (chosen) judgeWhileTyping(chosen);
}

/**
 * Removes the token from the address at once, so that it stays neither there nor in the history. The token of an invitation
 * survives a reload, in this tab only and until it is used: people leave the page for another mail, and phones reload it
 * when they come back.
 */
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (found) history.replaceState(null, '', location.pathname + location.search);
  if (!document.querySelector('[data-keep-token]')) return found;
  try {
    if (found) sessionStorage.setItem(KEPT, found);
    return found ?? sessionStorage.getItem(KEPT);
  } catch {
    return found; // The browser has no storage.
  }
}

/**
 * Marks this entry of the history as one whose link is used up, without recording its purpose. A reload, or coming back,
 * shows this step.
 */
function endWith(step) {
  history.replaceState({ end: step }, '');
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was stored.
  }
}

/** Shows the first step, after its query if it has one. */
async function begin() {
  const query = QUERIES[document.querySelector('[data-query]')?.dataset.query];
  if (!query) return show('ready');
  progress.textContent = phrases.working;
  problem.textContent = '';
  busy = true;
  // A query that finds nothing returns no error.
  const { result, error = { code: 'AUTH_LINK_INVALID' } } = await ask(query, { token });
  busy = false;
  progress.textContent = '';
  if (result) {
    facts = inWords(result);
    for (const input of document.querySelectorAll('[data-default]')) input.defaultValue = facts[input.dataset.default];
    show('ready');
  } else if (has(LAST_STEPS[error.code])) {
    endWith(LAST_STEPS[error.code]);
    finish(LAST_STEPS[error.code]);
  } else {
    show('unread');
    complain(error);
  }
}

/** Shows only the parts of the page that belong to a step. */
function show(step, values = {}) {
  title.textContent = ownTitle;
  for (const section of document.querySelectorAll('[data-step]')) {
    section.hidden = !section.dataset.step.split(' ').includes(step);
    if (section.hidden) continue;
    title.textContent = section.dataset.title ?? title.textContent;
    // Written only now, because screen readers announce changes of visible text.
    for (const element of section.querySelectorAll('[data-text]')) {
      element.textContent = fill(element.dataset.text, { ...facts, ...values });
    }
  }
  document.title = title.textContent + product;
}

async function send(form, button) {
  const { operation, then } = { ...form.dataset, ...button.dataset };
  // Not `disabled`, which would remove the focus from the button.
  button.setAttribute('aria-disabled', 'true');
  progress.textContent = phrases.working;
  problem.textContent = '';

  const variables = Object.fromEntries(new FormData(form));
  if ('withToken' in form.dataset) variables.token = token;
  if ('withEmail' in form.dataset) variables.email = facts.email;
  const asking = 'signedIn' in form.dataset ? askSignedIn : ask;
  const { result, error } = await asking(OPERATIONS[operation], variables);

  progress.textContent = '';
  button.removeAttribute('aria-disabled');
  if (result) {
    form.reset(); // A hidden form must not keep a password.
    if ('withToken' in form.dataset) endWith('already');
    finish(then, {
      ...result.user,
      email: result.user?.email ?? result.email ?? variables.email ?? facts.email,
      organization: result.membership?.organization.name,
      role: phrases.roles[result.membership?.role ?? facts.role],
      sessions: counted(phrases.sessionsEnded, result.revokedSessions ?? 0),
    });
  } else if (has(LAST_STEPS[error.code])) {
    form.reset();
    endWith(LAST_STEPS[error.code]);
    finish(LAST_STEPS[error.code]);
  } else if ((error.code === 'VALIDATION_FAILED' || FIELDS[error.code]) && form.querySelector('[aria-describedby]')) {
    await refuseFields(form, error);
  } else {
    complain(error, form);
  }
}

function finish(step, values) {
  show(step, values);
  title.focus();
}

/** Shows an error above the buttons of its form, if there is one. */
function complain(error, form) {
  const button = form?.querySelector('button:not(.in-field)');
  if (button) button.before(problem);
  else document.querySelector('main').append(problem);
  const words = document.createElement('span');
  words.textContent = sentence(error, form);
  problem.replaceChildren(words);
  const wayOut = form?.querySelector(`template[data-way-out="${error.code}"]`);
  if (wayOut) problem.append(wayOut.content.cloneNode(true));
  problem.scrollIntoView({ block: 'nearest' });
}

/** Returns whether the page has a step. */
function has(step) {
  return [...document.querySelectorAll('[data-step]')].some((section) => section.dataset.step.split(' ').includes(step));
}

/** Turns the result of the link's query into words. */
function inWords(read) {
  return {
    ...read,
    registeredAt: read.registeredAt && moment(read.registeredAt),
    expiresAt: read.expiresAt && moment(read.expiresAt),
    device: read.device ?? phrases.deviceUnknown,
    invitedByName: read.invitedByName ?? phrases.inviterUnknown,
    // At the beginning of a sentence, and as the person to ask.
    inviter: read.invitedByName ?? fill(phrases.otherInviter, read),
    askedInviter: read.invitedByName ?? fill(phrases.otherInviterAsked, read),
    roleName: phrases.roleNames[read.role],
  };
}

/** Returns the fields of a form that an error is about: those that it names, or else the first that can show an error. */
function refusedFields(form, { code, fields = [] }) {
  const names = FIELDS[code] ?? fields.map(({ path }) => path.split('.').pop());
  const named = [...form.elements].filter(({ name }) => name && names.includes(name));
  return named.length > 0 ? named : [form.querySelector('[aria-describedby]')];
}

/** Shows at each refused field why it is refused. Focuses the first one. */
async function refuseFields(form, error) {
  const refused = new Set(refusedFields(form, error));
  const chosen = form.querySelector('[autocomplete="new-password"]');
  const judgement = chosen && (await judgeNow());
  // The service judges a password only if everything else is valid.
  if (judgement?.acceptable === false) refused.add(chosen);
  for (const input of refused) refuseField(input, whyRefused(input, error, judgement));
  form.querySelector('[aria-invalid="true"]').focus();
}

/**
 * Says why a field is refused. The service says it in English, and the page in its own language: an address has only one
 * reason, and the judgement below a password shows those for a password.
 */
function whyRefused(input, { code }, judgement) {
  if (input.type === 'email') return phrases.refusedEmail;
  if (!input.value) return phrases.fillIn;
  if (FIELDS[code]?.includes(input.name)) return phrases.errors[code];
  if (input.name === 'username') return phrases.refusedUsername;
  return judgement?.acceptable ? phrases.refusedForOwner : phrases.refusedPassword;
}

/** Marks a field as refused until it is changed. */
function refuseField(input, why) {
  const place = document.getElementById(`${input.id}-error`);
  place.textContent = why;
  input.setAttribute('aria-invalid', 'true');
  const forget = () => {
    place.textContent = '';
    input.removeAttribute('aria-invalid');
  };
  input.addEventListener('input', forget, { once: true });
}

/** Returns the sentence for an error, and when to try again. */
function sentence({ code, retryAfter, requestId }, form) {
  if (!retryAfter) {
    const own = JSON.parse(form?.dataset.errors ?? '{}');
    return fill(own[code] ?? phrases.errors[code] ?? phrases.errors.OTHER, { ...facts, requestId });
  }
  const words = [code === 'RATE_LIMITED' ? phrases.tooManyAttempts : phrases.tooBusy];
  if (code === 'RATE_LIMITED' && form?.dataset.operation === 'requestPasswordReset') words.push(phrases.lookForMail);
  words.push(
    retryAfter >= 90
      ? counted(phrases.tryAgainInMinutes, Math.ceil(retryAfter / 60))
      : counted(phrases.tryAgainInSeconds, retryAfter),
  );
  return words.join(' ');
}

function offerToShow(input, button) {
  const set = (shown) => {
    input.type = shown ? 'text' : 'password';
    const { text, label } = phrases.toggle[shown ? 'hide' : 'show'];
    button.textContent = text;
    button.setAttribute('aria-label', label);
  };
  button.addEventListener('click', () => set(input.type === 'password'));
  // Browsers remember the values of text fields.
  input.form.addEventListener('submit', () => set(false));
}

function judgeWhileTyping(input) {
  const place = document.getElementById('judgement');
  const hint = document.getElementById('password-hint');
  let policy = null;
  let newest = 0;
  let pause;

  input.addEventListener('input', () => {
    // Responses that are still on their way are about an older password.
    newest += 1;
    clearTimeout(pause);
    pause = setTimeout(judge, 300, newest);
  });
  judgeNow = () => {
    newest += 1;
    clearTimeout(pause);
    return judge(newest);
  };

  // Returns the judgement of the password, given what the page knows of its owner; null if there is none.
  async function judge(number) {
    let judgement = null;
    if (input.value) {
      const owner = { email: facts.email, username: input.form.elements.namedItem('username')?.value };
      const { result } = await ask(CHECK_PASSWORD, { input: { password: input.value, ...owner } });
      judgement = result ?? null;
    }
    if (number !== newest) return null;
    // Without a response there is no judgement: the service judges the password when it is sent.
    place.replaceChildren(...(judgement ? [picture(judgement, policy)] : []));
    return judgement;
  }

  const say = (known) => (hint.textContent = fill(phrases.passwordHint, known));
  say({ minLength: '…' });
  ask(PASSWORD_POLICY).then(({ result }) => {
    if (!result) return;
    policy = result;
    say(policy);
  });
}

/** Returns a meter, its value in words, and suggestions. Even the weakest password fills one bar. */
function picture({ acceptable, score, problems, suggestions }, policy) {
  const copy = document.getElementById('judgement-of-a-password').content.cloneNode(true);
  copy.querySelector('meter').value = score;
  const bars = copy.querySelector('.bars');
  bars.dataset.level = acceptable ? 'good' : score >= 2 ? 'fair' : 'weak';
  for (const bar of [...bars.children].slice(0, Math.max(score, 1))) bar.className = 'on';
  const words = [phrases.passwordScores[score]];
  if (acceptable) words.push(phrases.passwordAcceptable);
  copy.querySelector('p').textContent = words.join(' ');
  const list = copy.querySelector('ul');
  for (const name of problems) list.append(item(fill(phrases.passwordProblems[name] ?? '', policy ?? {})));
  // The service writes these in English. One without a translation stays in English.
  for (const text of suggestions) {
    const translated = phrases.passwordSuggestions[text];
    list.append(item(translated ?? text, translated ? '' : 'en'));
  }
  return copy;
}

function item(text, lang) {
  const element = document.createElement('li');
  element.textContent = text;
  if (lang) element.lang = lang;
  return element;
}

/**
 * Logs in for one operation, and logs out again whatever its result is, even if the page is left meanwhile.
 */
async function askSignedIn(query, { identifier, password, ...variables }) {
  const { result, error } = await ask(LOGIN, { identifier, password });
  if (error) return { error };
  const { accessToken } = result.token;
  const answer = await ask(query, variables, accessToken);
  const left = await ask(LOGOUT, {}, accessToken);
  if (left.error?.code === 'NETWORK') await ask(LOGOUT, {}, accessToken);
  return answer;
}

/** Calls one field of the API. Returns `{ result }`, or `{ error }` with the extensions of the error. */
async function ask(query, variables, accessToken) {
  const abort = new AbortController(); // Older browsers have no `AbortSignal.timeout`.
  const timer = setTimeout(() => abort.abort(), 30_000);
  try {
    const response = await fetch(API, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json',
        ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
      signal: abort.signal,
      keepalive: true,
    });
    const { data, errors } = await response.json();
    if (errors) return { error: errors[0].extensions ?? {} };
    return { result: Object.values(data)[0] };
  } catch {
    // No response, or one of a proxy.
    return { error: { code: 'NETWORK' } };
  } finally {
    clearTimeout(timer);
  }
}

/** Formats a time in the page's language and the reader's time zone. */
function moment(time) {
  const [date, clock] = [{ year: 'numeric', month: 'long', day: 'numeric' }, { hour: 'numeric', minute: '2-digit' }];
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { ...date, ...clock, timeZoneName: 'short' });
  return format.format(new Date(time));
}

/** Fills a phrase: `{name}` stands for the value of that name. */
function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** Returns the form of a phrase for a number in this language. */
function counted(forms, count) {
  return fill(forms[plural.select(count)] ?? forms.other, { count });
}
