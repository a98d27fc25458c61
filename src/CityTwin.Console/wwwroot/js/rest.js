// Requests to the public REST API from the browser itself, so that whatever signs the operator in also signs these.

const ANSWER_CHARACTERS_MAX = 900 * 1024; // what the circuit to the panels carries in one message, with room to spare

/** One request on behalf of a panel: never throws; status 0 = the server could not be reached in so many milliseconds. */
export async function request(method, url, body, timeout) {
  try {
    const response = await fetch(url, {
      method,
      cache: 'no-store',
      headers: body === null ? {} : { 'Content-Type': 'application/json' },
      body: body ?? undefined,
      signal: AbortSignal.timeout(timeout),
    });
    const text = await response.text();
    return text.length > ANSWER_CHARACTERS_MAX
      ? { status: 413, text: '{"code":8,"message":"The answer is too large to show here; ask the API directly."}' }
      : { status: response.status, text };
  } catch {
    return { status: 0, text: '' };
  }
}

async function reasonOf(response) {
  try {
    return (await response.json()).message;
  } catch {
    return null; // a proxy in between may answer in HTML
  }
}

/** The JSON of a GET; throws when there is none. */
export async function get(url) {
  const response = await fetch(url, { cache: 'no-cache', signal: AbortSignal.timeout(60000) });
  if (!response.ok) throw new Error(await reasonOf(response) ?? `${url} answered ${response.status}`);
  return response.json();
}
