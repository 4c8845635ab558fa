// Accessibility checks of a page.

import assert from 'node:assert/strict';
import axe from 'axe-core';

export const PHONE = { viewport: { width: 360, height: 740 } };

// Checks the page in its present state: with axe-core, light and dark; that it fits its window; and with the rules below.
export async function lookAt(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Not as a script element, which the page's Content-Security-Policy forbids.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
    const problems = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(problems, [], `${page.url()}, ${colorScheme}`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(tooWide <= 0, `${page.url()} is ${tooWide} px too wide`);
  }
  for (const [fault, find] of Object.entries(FAULTS)) {
    assert.deepEqual(await page.evaluate(find), [], `${fault}: ${page.url()}`);
  }
}

// Each rule runs in the page, and returns the elements that break it.
const FAULTS = {
  // A flex or grid container puts each text between its children on a line of its own.
  'a sentence in several boxes': () => {
    const boxes = document.querySelectorAll('p, dd, li, dialog, [role="alert"], [role="status"], .notice');
    const isBroken = (box) =>
      /grid|flex/.test(getComputedStyle(box).display) &&
      box.childElementCount > 0 &&
      [...box.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [...boxes].filter(isBroken).map((box) => box.outerHTML);
  },

  'a message that does not end with exactly one full stop': () => {
    const places = ['.notice p', 'p.notice', '.wrong', '.problem', 'p[role]', '[role="status"] > p', 'dialog p'];
    const isSeen = (element) => element.checkVisibility() && element.textContent.trim();
    const texts = [...document.querySelectorAll(places.join())].filter(isSeen).map((element) => {
      // Without the button beside the message.
      return (element.querySelector(':scope > span') ?? element).textContent.trim();
    });
    return texts.filter((text) => !/^[\p{Lu}\d{“"].*[^.?!…:][.?!…:]$/su.test(text) && !/^\S+@/.test(text));
  },

  'a page without links or buttons': () => {
    const main = document.querySelector('main');
    const ways = [...main.querySelectorAll('button, .button, .rows a, .mails a, .bar a, .lead a')];
    const isEnd = /You can close this page|Sie können diese Seite schließen/.test(main.innerText);
    return isEnd || ways.some((way) => way.checkVisibility()) ? [] : [main.innerText];
  },

  // WCAG 2.5.5, and the guidelines of Apple and Google. A link in a sentence may be as high as its line.
  'a target that is too small for a finger': () => {
    if (innerWidth > 480) return [];
    const targets = document.querySelectorAll('button:not(.as-link), .button, select, nav a, .bar > a, summary');
    const fields = document.querySelectorAll('input:not([type="checkbox"], [hidden])');
    const labels = document.querySelectorAll('label:has(input[type="checkbox"])');
    const isSmall = (element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5;
    return [...targets, ...fields, ...labels].filter(isSmall).map((element) => element.outerHTML);
  },

  'a navigation in more than one row': () => {
    if (innerWidth > 480) return [];
    return [...document.querySelectorAll('nav ul')].flatMap((list) => {
      const tops = [...list.children].map((item) => item.getBoundingClientRect().top);
      return new Set(tops).size > 1 || list.scrollWidth > list.clientWidth ? [list.outerHTML] : [];
    });
  },

  'no heading, or more than one': () => {
    const headings = [...document.querySelectorAll('h1')].filter((heading) => heading.checkVisibility());
    return headings.length === 1 && document.title.includes(headings[0].textContent.trim())
      ? []
      : [document.title, ...headings.map((heading) => heading.textContent)];
  },
};
