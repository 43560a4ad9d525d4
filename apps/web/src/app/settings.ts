/** What has to be said before anything else is loaded: the first import of main.tsx. */

/** The page's own nonce for styles; the gateway writes it. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
  var __webpack_nonce__: string | undefined;
}

// zod tries `new Function` once, which the policy refuses aloud. Schemas read this when they are made.
globalThis.__zod_globalConfig = { jitless: true };
// Where get-nonce looks, with which a dialog locks the page's scrolling.
globalThis.__webpack_nonce__ = nonce;
