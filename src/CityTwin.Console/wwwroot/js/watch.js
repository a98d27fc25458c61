// The city's changes as server-sent events, read with fetch rather than EventSource: only so do comments (the server's
// heartbeat) count as a sign of life, and only so can a retry be told apart from a refusal.

const RETRY_MS = [250, 500, 1000, 2000, 5000];
const EVENT_CHARACTERS_MAX = 64 * 1024 * 1024; // a snapshot of the largest city is far below

export class Watch {
  /** quietMs: silence after which the connection counts as dead and is made anew. */
  constructor({ url, quietMs, onChanges, onState }) {
    Object.assign(this, { url, quietMs, onChanges, onState });
    this.heardAt = performance.now();
    this.token = '';
    this.stopped = false;
  }

  async run() {
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        await this.#read(() => { attempt = 0; });
      } catch (error) {
        if (this.stopped) return;
        this.onState('lost', error instanceof Error ? error.message : String(error));
      }
      if (this.stopped) return;
      const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      await new Promise(resolve => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
    }
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
  }

  /** Milliseconds since the server was last heard, by event or heartbeat. */
  get silenceMs() { return performance.now() - this.heardAt; }

  /** Forgets the resume token: the next connection begins with a snapshot. */
  forget() { this.token = ''; }

  async #read(onOpen) {
    this.abort = new AbortController();
    const triedAt = performance.now();
    const watchdog = setInterval(() => {
      if (performance.now() - Math.max(this.heardAt, triedAt) > this.quietMs) this.abort.abort(new Error(`nothing heard for ${Math.round(this.quietMs / 1000)} s`));
    }, 500);
    try {
      const headers = { Accept: 'text/event-stream' };
      if (this.token) headers['Last-Event-ID'] = this.token;
      const response = await fetch(this.url, { headers, cache: 'no-store', signal: this.abort.signal });
      if (!response.ok) {
        if (response.status === 400) this.forget(); // the token is not understood any more: begin with a snapshot
        throw new Error(`the server answered ${response.status}`);
      }
      onOpen();
      this.onState('open', '');
      await this.#events(response.body.pipeThrough(new TextDecoderStream()).getReader());
      throw new Error('the server ended the stream');
    } finally {
      clearInterval(watchdog);
      this.abort.abort();
    }
  }

  async #events(reader) {
    let rest = '', event = { name: '', id: '', data: [] };
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heardAt = performance.now();
      rest += value;
      if (rest.length > EVENT_CHARACTERS_MAX) throw new Error('an event is too large');
      if (!value.includes('\n')) continue; // in the middle of a long line: do not scan it again and again
      const lines = rest.split(/\r\n|\n/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          this.#dispatch(event);
          event = { name: '', id: '', data: [] };
        } else if (line.startsWith('data:')) event.data.push(line.slice(line[5] === ' ' ? 6 : 5));
        else if (line.startsWith('event:')) event.name = line.slice(6).trim();
        else if (line.startsWith('id:')) event.id = line.slice(3).trim();
      }
    }
  }

  #dispatch(event) {
    if (event.id) this.token = event.id;
    if (event.data.length > 0 && (event.name === 'changes' || event.name === '')) {
      this.onChanges(JSON.parse(event.data.join('\n')));
    }
  }
}
