const MIN_SECRET = 4;
const MAX_INPUT = 65_536;
const MAX_BYTES = 1024;
const HIDDEN = '***';

/** Takes secrets out of what a server says. One a client, so that one server's secrets mean nothing to another. */
export interface Scrubber {
  /** Remembers a secret value; one shorter than 4 characters is ignored, as it would blank ordinary words. */
  learn(secret: string): void;
  forget(secret: string): void;
  /** The text without known secrets, without values of sensitive keys, without control characters, at most 1 KiB. Never throws. */
  scrub(text: string): string;
  /** Takes secrets out of a text of any length, such as a log file, and leaves the rest as it is. */
  hide(text: string): string;
}

/** An empty scrubber (design, "Scrubbing"). */
export function createScrubber(): Scrubber {
  const secrets = new Map<string, string[]>();
  const hide = (text: string) => hideAll(text, [...secrets.values()].flat());
  return {
    learn: (secret) => {
      if (secret.length >= MIN_SECRET && !/^\*+$/.test(secret)) secrets.set(secret, formsOf(secret));
    },
    forget: (secret) => void secrets.delete(secret),
    hide: (text) => hideKeyed(hide(text)),
    scrub(text) {
      let work = text;
      if (work.length > MAX_INPUT) {
        // A secret cut in two would not be recognised, so the end that may hold half of one goes too.
        const longest = Math.max(0, ...[...secrets.values()].flat().map((form) => form.length));
        work = work.slice(0, Math.max(0, MAX_INPUT - longest));
      }
      // Twice: what control characters had split may be whole once they are gone.
      work = hide(hide(work).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' '));
      return cut(hide(hideKeyed(work)).toWellFormed());
    },
  };
}

/** A secret raw, and as URLs, base64 at each of the three alignments, and JSON write it. */
function formsOf(secret: string): string[] {
  const safe = secret.toWellFormed();
  const url = encodeURIComponent(safe);
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = new TextEncoder().encode(safe);
  const forms = [secret, url, url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()), url.replaceAll('%20', '+')];
  forms.push(json, json.replaceAll('/', '\\/'), escapeNonAscii(json));
  for (const base64 of [0, 1, 2].map((shift) => base64Inside(bytes, shift))) {
    forms.push(base64, base64.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(base64));
  }
  return [...new Set(forms)].filter((form) => form.length >= MIN_SECRET);
}

// The characters of the base64 of `<shift bytes>secret<anything>` that depend on the secret alone.
function base64Inside(bytes: Uint8Array, shift: number): string {
  const shifted = new Uint8Array(shift + bytes.length);
  shifted.set(bytes, shift);
  const whole = Buffer.from(shifted).toString('base64').replace(/=+$/, '');
  const end = Math.floor(((shift + bytes.length) * 8) / 6);
  return whole.slice(Math.ceil((shift * 8) / 6), end);
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Marks first and replaces then, so that overlapping secrets leave no half of one.
function hideAll(text: string, forms: readonly string[]): string {
  const spans: [number, number][] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) spans.push([at, at + form.length]);
  }
  if (spans.length === 0) return text;
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let out = '';
  let done = 0;
  for (const [from, to] of spans) {
    if (to <= done) continue;
    if (from >= done) out += text.slice(done, from) + HIDDEN;
    done = to;
  }
  return out + text.slice(done);
}

const QUOTED = `"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?`;
const VALUE = `(?:Bearer|Basic|Token)\\s{1,3}[^\\s;,&"']+|${QUOTED}|[^\\s;,&"'}\\]][^;,&"'}\\]]*`;

// `password=x y;` hides up to the separator; prose such as "token: expired" keeps its plain word.
function hideKeyed(text: string): string {
  const key = /(["']?)([A-Za-z@][\w.@-]{0,63})\1\s{0,3}([=:])\s{0,3}/g;
  const value = new RegExp(VALUE, 'iy');
  let out = '';
  let done = 0;
  for (let found = key.exec(text); found; found = key.exec(text)) {
    if (!looksSensitive(found[2]!)) continue;
    value.lastIndex = key.lastIndex;
    let secret = value.exec(text)?.[0];
    if (secret === undefined) continue;
    const prose = found[1] === '' && found[3] === ':' && !/^["']|^(Bearer|Basic|Token)\s/i.test(secret);
    if (prose) secret = /^\S+/.exec(secret)![0];
    if (prose && /^[a-z]{1,12}$/.test(secret)) continue;
    out += text.slice(done, key.lastIndex) + HIDDEN;
    done = key.lastIndex + secret.length;
    key.lastIndex = done;
  }
  return out + text.slice(done);
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_BYTES) return text;
  return `${bytes
    .subarray(0, MAX_BYTES - 3)
    .toString('utf8')
    .replace(/\ufffd+$/, '')}…`;
}

const SENSITIVE =
  /passw|passphrase|pwd|secret|token|credential|authorization|apikey|signature|connectionstring|privatekey|accesskey|accountkey|sharedkey|storagekey|encryptionkey|securitykey|authkey|licensekey|clientkey|masterkey|^pat$|^sas|sessionid|cookie|refreshkey|sslcert$|clientcert$/;
const NOT_SECRET = /(url|uri|type|location|scheme|expiry|expires|expiresin|timeout|endpoint|lifetime|version)$/;

/** Does a property of this name hold a secret, judging by the name alone? Errs towards yes. */
export function looksSensitive(name: string): boolean {
  const folded = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SENSITIVE.test(folded) && !NOT_SECRET.test(folded);
}
