// Whether everybody can use a page.

import assert from 'node:assert/strict';
import axe from 'axe-core';

export const PHONE = { viewport: { width: 360, height: 740 } };

// What axe-core finds on the page as it is, light and dark, and whether it fits its window.
export async function lookAt(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Not as a script element, which the page's policy forbids.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(found, [], `${page.url()}, ${colorScheme}`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(tooWide <= 0, `${page.url()} is ${tooWide} px too wide`);
  }
}
