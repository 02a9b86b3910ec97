/** The one way to the simulator: calls with this start's key, and the stream of events. */

const STREAMED = [
  "row",
  "row_update",
  "group",
  "bubble",
  "bubble_update",
  "typing",
  "allowance",
  "person",
  "health",
  "card",
  "account",
  "faults",
  "cleared",
];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

/** A call the simulator refused, or never answered (status 0); `reason` is its own words where it gave any. */
export class CallFailed extends Error {
  constructor(status, reason) {
    super(`call failed: ${status}`);
    this.status = status;
    this.reason = reason;
  }
}

/** Calls for one page; the key comes from the page's own address. */
export function createAPI(key) {
  async function call(method, path, body) {
    const headers = { "X-Key": key };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(path, {
        method,
        headers,
        cache: "no-store",
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new CallFailed(0, null);
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new CallFailed(response.status, answer?.error ?? null);
    return answer;
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body = {}) => call("POST", path, body),
    /** An address with the key, for downloads and the stream, which cannot carry headers. */
    address(path, values = {}) {
      return `${path}?${new URLSearchParams({ ...values, k: key })}`;
    },
  };
}

/**
 * Follows the events after *since*. After a loss it comes back by itself, asks for what it missed, and hands on each
 * event once. `told` hears: event(kind, value), lost(tries), back(), reload().
 */
export function followEvents(api, since, told) {
  let last = since;
  let wait_ms = FIRST_WAIT_MS;
  let tries = 0;
  let source = null;

  function take(kind, event) {
    if (event.lastEventId && Number(event.lastEventId) <= Number(last)) return;
    if (event.lastEventId) last = event.lastEventId;
    told.event(kind, JSON.parse(event.data));
  }
  function connect() {
    source = new EventSource(api.address("/sim/events", { since: last }));
    source.onopen = () => {
      tries = 0;
      wait_ms = FIRST_WAIT_MS;
      told.back();
    };
    source.onerror = () => {
      // The browser's own reconnecting gives up on any refused connection; ours does not.
      source.close();
      tries += 1;
      told.lost(tries);
      setTimeout(connect, wait_ms);
      wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS);
    };
    for (const kind of STREAMED) source.addEventListener(kind, (event) => take(kind, event));
    source.addEventListener("reload", async () => {
      source.close();
      // Without a snapshot the old number stays, and the next try is told to reload again.
      last = await told.reload().catch(() => last);
      connect();
    });
  }
  connect();
}
