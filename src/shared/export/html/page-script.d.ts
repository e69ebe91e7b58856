/** Made by scripts/page-script.mjs. */
declare module '*?page-script' {
  /** One script without imports. */
  export const code: string;
  /** "sha256-…", as a Content-Security-Policy names it. */
  export const hash: string;
}
