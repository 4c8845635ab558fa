// A page that happy-dom simulates, for checks that render. One at a time.

import { Window } from 'happy-dom';
import { until } from '../../../tests/async.mjs';

const PARTS = ['document', 'FormData', 'Element', 'HTMLElement', 'HTMLMediaElement', 'SVGElement', 'Node', 'Text', 'Comment', 'DocumentFragment'];

// Relative URLs are resolved with the URL of the page.
export async function inPage(work, address) {
  const window = new Window();
  const before = new Map();
  const parts = { window, ...Object.fromEntries(PARTS.map((name) => [name, window[name]])) };
  if (address) parts.location = { href: address };
  for (const [name, value] of Object.entries(parts)) {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    const root = window.document.body.appendChild(window.document.createElement('div'));
    return await work(new Page(window, root));
  } finally {
    await new Promise(setImmediate); // pending work of a framework
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  }
}

class Page {
  constructor(window, root) {
    this.window = window;
    this.root = root;
  }

  get text() {
    return this.root.textContent.replaceAll(/\s+/g, ' ').trim();
  }

  shows(text) {
    return until(`'${text}'`, () => this.text.includes(text), 10_000).catch((error) => {
      throw new Error(`${error.message}: '${this.text}'`);
    });
  }

  value(label) {
    return this.#field(label).value;
  }

  fill(label, value) {
    const field = this.#field(label);
    field.value = value;
    field.dispatchEvent(new this.window.Event('input', { bubbles: true }));
  }

  // Waits until the page has handled earlier input.
  async press(name) {
    await new Promise(setImmediate);
    const button = this.#find('button', name);
    if (button.disabled) return;
    if (button.type === 'button' || !button.form) button.click();
    else button.form.dispatchEvent(new this.window.SubmitEvent('submit', { bubbles: true, cancelable: true }));
  }

  // Finds a field by the text of its label.
  #field(label) {
    return this.#find('label', label).querySelector('input');
  }

  #find(kind, text) {
    const found = [...this.root.querySelectorAll(kind)].find((element) => element.textContent.trim() === text);
    if (!found) throw new Error(`there is no ${kind} '${text}': '${this.text}'`);
    return found;
  }
}
