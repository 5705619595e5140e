// Speaks to /api/v1 as the browser's own session. What went wrong is thrown in the viewer's language, and then in the server's own words.
import { say, sayOneOf } from "./strings.js";

export class Problem extends Error {
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

// A JSON answer, or null where there is none. `body` goes as JSON unless it is a file; `options` are those of fetch.
export async function call(method, path, body, options = {}) {
  const headers = { "X-Caselight": "1", Accept: "application/json" };
  const isFile = body instanceof Blob;
  if (body !== undefined && !isFile) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined || isFile ? body : JSON.stringify(body), ...options });
  } catch {
    throw new Problem("unreachable", say("serverUnreachable"));
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  if (answer.status === 401 && !path.endsWith("/session")) signIn();
  throw await problemOf(answer);
}

// What an answer says that is none.
export async function problemOf(answer) {
  const { code, detail } = await answer.json().catch(() => ({}));
  if (!code) return new Problem("failed", say("serverFailed", { status: answer.status }));
  return new Problem(code, `${sayOneOf("advice", code)} ${detail ?? ""}`.trim());
}

// The session has ended: back here once a new one has begun.
export function signIn() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

// Tells the viewer something in words, also one who listens instead of looking.
export function tell(text, place = document.getElementById("said")) {
  place.textContent = text;
  place.hidden = text === "";
}
