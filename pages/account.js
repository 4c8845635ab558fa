/**
 * The pages that mailed links open.
 *
 * A link's token stands in the fragment of its address, which browsers send to nobody. It is used
 * only when a person presses the button: mail scanners and previews open links too, and must not
 * use them up.
 */

const API = '../graphql';

// A form names its operation, or the button that is pressed does; its fields are the variables.
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
// The first step of a page may name one, if it says something that only the service knows.
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

/** Errors that are about fields and list none. */
const FIELDS = { AUTH_USERNAME_EXISTS: ['username'] };

/** Errors after which the link is of no use, and the steps that say so. */
const LAST_STEPS = {
  AUTH_LINK_INVALID: 'invalid',
  AUTH_EMAIL_EXISTS: 'taken', // by the time at which a change of address is confirmed
  MEMBERSHIP_EXISTS: 'member',
};

const phrases = JSON.parse(document.getElementById('phrases').textContent);
const plural = new Intl.PluralRules(document.documentElement.lang);
const title = document.getElementById('title');
const progress = document.getElementById('progress');
const problem = document.getElementById('problem');

// What the page is called: each step that says something else has a title of its own.
const [ownTitle, product] = [title.textContent, document.title.slice(title.textContent.length)];
// Judges the password as it is now, where the page asks for a new one.
let judgeNow = null;
// What was read by the link, for every step that follows.
let facts = {};
let busy = false;
const KEPT = `token of ${location.pathname}`;
const token = takeToken();
// The step that a link ended with.
const { end } = history.state ?? {};
if (end) show(end);
else if (token) begin();
else show('missing');

// A link that is pasted into the open page changes only the fragment, which loads nothing.
window.addEventListener('hashchange', () => {
  if (location.hash.includes('token=')) location.reload();
});

// The Enter key clicks a button, too. Older browsers do not know `event.submitter`.
let pressed = null;
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.type === 'submit') pressed = button;
});

// A button that only goes to another step, or tries again to read what the first one says.
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
 * Removes the token from the address at once, so that it stays neither there nor in the history. That of an invitation
 * outlives a reload, in this tab alone and until it is used: people leave its page for another mail, and phones load
 * it anew when they come back.
 */
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (found) history.replaceState(null, '', location.pathname + location.search);
  if (!document.querySelector('[data-keep-token]')) return found;
  try {
    if (found) sessionStorage.setItem(KEPT, found);
    return found ?? sessionStorage.getItem(KEPT);
  } catch {
    return found; // A browser that keeps nothing.
  }
}

/**
 * Marks this place in the history as one whose link is used up, without a word of what it was for: it shows this step
 * when it is loaded anew or come back to.
 */
function endWith(step) {
  history.replaceState({ end: step }, '');
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

/** Shows the first step, once it is known what it says. */
async function begin() {
  const query = QUERIES[document.querySelector('[data-query]')?.dataset.query];
  if (!query) return show('ready');
  progress.textContent = phrases.working;
  problem.textContent = '';
  busy = true;
  // A query that finds nothing has no error.
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

/** Shows the parts of the page that belong to a step, and no others. */
function show(step, values = {}) {
  title.textContent = ownTitle;
  for (const section of document.querySelectorAll('[data-step]')) {
    section.hidden = !section.dataset.step.split(' ').includes(step);
    if (section.hidden) continue;
    title.textContent = section.dataset.title ?? title.textContent;
    // Written only now, because a screen reader announces what changes before its eyes.
    for (const element of section.querySelectorAll('[data-text]')) {
      element.textContent = fill(element.dataset.text, { ...facts, ...values });
    }
  }
  document.title = title.textContent + product;
}

async function send(form, button) {
  const { operation, then } = { ...form.dataset, ...button.dataset };
  // Not `disabled`, which would take the focus away from who pressed it.
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

/** Says what is wrong above the buttons of the form that met it, where there is one. */
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

/** Whether the page has such a step. */
function has(step) {
  return [...document.querySelectorAll('[data-step]')].some((section) => section.dataset.step.split(' ').includes(step));
}

/** What was read by the link, in words. */
function inWords(read) {
  return {
    ...read,
    registeredAt: read.registeredAt && moment(read.registeredAt),
    expiresAt: read.expiresAt && moment(read.expiresAt),
    device: read.device ?? phrases.deviceUnknown,
    invitedByName: read.invitedByName ?? phrases.inviterUnknown,
    // At the beginning of a sentence, and as whom to ask.
    inviter: read.invitedByName ?? fill(phrases.otherInviter, read),
    askedInviter: read.invitedByName ?? fill(phrases.otherInviterAsked, read),
    roleName: phrases.roleNames[read.role],
  };
}

/** Which fields of a form are meant by an error: those that it names, or the first that can say so. */
function refusedFields(form, { code, fields = [] }) {
  const names = FIELDS[code] ?? fields.map(({ path }) => path.split('.').pop());
  const named = [...form.elements].filter(({ name }) => name && names.includes(name));
  return named.length > 0 ? named : [form.querySelector('[aria-describedby]')];
}

/** Says of each field that is refused why, all at once. The first has the focus. */
async function refuseFields(form, error) {
  const refused = new Set(refusedFields(form, error));
  const chosen = form.querySelector('[autocomplete="new-password"]');
  const judgement = chosen && (await judgeNow());
  // The service judges a password only when everything else is right.
  if (judgement?.acceptable === false) refused.add(chosen);
  for (const input of refused) refuseField(input, whyRefused(input, error, judgement));
  form.querySelector('[aria-invalid="true"]').focus();
}

/**
 * The service says why in English; the page knows as much: there is one reason to refuse an address, and the judgement
 * below a password has those for a password.
 */
function whyRefused(input, { code }, judgement) {
  if (input.type === 'email') return phrases.refusedEmail;
  if (!input.value) return phrases.fillIn;
  if (FIELDS[code]?.includes(input.name)) return phrases.errors[code];
  if (input.name === 'username') return phrases.refusedUsername;
  return judgement?.acceptable ? phrases.refusedForOwner : phrases.refusedPassword;
}

/** Says that a field is refused, until it is changed. */
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

/** What to say of an error that another try may not meet. */
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
  // Browsers remember what is sent from text fields.
  input.form.addEventListener('submit', () => set(false));
}

function judgeWhileTyping(input) {
  const place = document.getElementById('judgement');
  const hint = document.getElementById('password-hint');
  let policy = null;
  let newest = 0;
  let pause;

  input.addEventListener('input', () => {
    // From now on, an answer that is still on its way is about an older password.
    newest += 1;
    clearTimeout(pause);
    pause = setTimeout(judge, 300, newest);
  });
  judgeNow = () => {
    newest += 1;
    clearTimeout(pause);
    return judge(newest);
  };

  // The judgement of the password, for all that is known here of its owner; null if there is none.
  async function judge(number) {
    let judgement = null;
    if (input.value) {
      const owner = { email: facts.email, username: input.form.elements.namedItem('username')?.value };
      const { result } = await ask(CHECK_PASSWORD, { input: { password: input.value, ...owner } });
      judgement = result ?? null;
    }
    if (number !== newest) return null;
    // No answer is no judgement: whether the password will do is said when it is sent.
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

/** A meter, the same in words, and how to do better. Even the weakest password fills one of its bars. */
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
  // The service writes these in English. One that the page has no words for is left in it.
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
 * Asks as somebody who logs in for this alone: whatever the service answers, it is told to end the session, also
 * when the page is left meanwhile.
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

/** Asks the API for one field: `{ result }`, or `{ error }` with the extensions of its error. */
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
    // Or a proxy answered by itself, which is as good as no answer.
    return { error: { code: 'NETWORK' } };
  } finally {
    clearTimeout(timer);
  }
}

/** A time in the page's language, where the reader is. */
function moment(time) {
  const [date, clock] = [{ year: 'numeric', month: 'long', day: 'numeric' }, { hour: 'numeric', minute: '2-digit' }];
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { ...date, ...clock, timeZoneName: 'short' });
  return format.format(new Date(time));
}

/** Puts values into a phrase: `{name}` stands for the value of that name. */
function fill(phrase, values) {
  return phrase.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The form of a phrase that belongs to a number in this language. */
function counted(forms, count) {
  return fill(forms[plural.select(count)] ?? forms.other, { count });
}
