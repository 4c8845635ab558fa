/**
 * Where GraphiQL keeps its state.
 *
 * Its default is localStorage, which outlives the browser and is shared by every tab. But
 * the variables in tabs and history, and even documents, may hold passwords, refresh tokens and
 * mailed tokens, so whatever is not known to be harmless goes to sessionStorage, which ends with
 * the browser tab. The list names what may stay, so that a new key of a later GraphiQL is not
 * kept by oversight.
 */
const LASTING = new Set(
  ['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => `graphiql:${name}`,
  ),
);

const areaOf = (key) => (LASTING.has(key) ? localStorage : sessionStorage);

/** The subset of the Storage interface that GraphiQL uses. */
export const storage = {
  getItem: (key) => areaOf(key).getItem(key),
  setItem: (key, value) => areaOf(key).setItem(key, value),
  removeItem: (key) => areaOf(key).removeItem(key),
  /** "Clear storage" in the settings. Leaves other pages of this origin their own keys. */
  clear() {
    for (const area of [localStorage, sessionStorage]) {
      for (const key of Object.keys(area)) {
        if (key.startsWith('graphiql:') || key.startsWith('latchkey:')) area.removeItem(key);
      }
    }
  },
  /** GraphiQL only compares it with 0, to tell a full storage from a forbidden one. */
  get length() {
    return localStorage.length + sessionStorage.length;
  },
};
