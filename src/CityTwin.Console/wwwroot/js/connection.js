// Whether what is shown is the city as it is now. Four states, said in words, by colour and on the map itself:
// connecting (nothing yet), live, stale (connected, but nothing heard for a while), lost (not connected, trying).

const STALE_MS = 12000; // the server sends a sign of life more than twice as often

export class Connection {
  constructor(root) {
    this.root = root;
    this.part = id => root.querySelector(id);
    this.offsetMs = 0;
    this.zone = 'UTC';
    this.isOpen = false;
    this.hasCity = false;
    this.reason = '';
    this.#state('connecting');
  }

  /** Learns the city's clock and time zone: the browser's own clock may be wrong. */
  serves(service) {
    if (service.currentTime) this.offsetMs = Date.parse(service.currentTime) - Date.now();
    try {
      new Intl.DateTimeFormat('en-GB', { timeZone: service.timeZone });
      this.zone = service.timeZone;
    } catch {
      this.zone = 'UTC';
    }
    this.clock = new Intl.DateTimeFormat('en-GB', { timeZone: this.zone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
    this.day = new Intl.DateTimeFormat('en-GB', { timeZone: this.zone, weekday: 'short', day: 'numeric', month: 'short' });
  }

  serverNow() { return Date.now() + this.offsetMs; }
  listensTo(watch) { this.stream = watch; }
  failed(reason) { this.isOpen = false; this.reason = reason; this.show(); }

  watches(state, reason) {
    this.isOpen = state === 'open';
    this.reason = reason;
    this.show();
  }

  /** A past instant is shown; null = the city as it is. */
  shows(past) {
    this.past = past;
    if (!past) this.isOpen = false; // until the watch is there again
    this.reason = '';
    this.state = null; // the words name the instant
    this.show();
  }

  heard(asOf) {
    this.hasCity = true;
    this.asOf = asOf;
    if (this.state !== 'live') this.show(); // while live the clock's own tick suffices
  }

  show() {
    const now = this.serverNow();
    if (this.clock) {
      this.part('#clock-time').textContent = this.clock.format(now);
      this.part('#clock-day').textContent = `${this.day.format(now)} · ${this.zone}`;
    }
    const silence = this.stream?.silenceMs ?? 0;
    this.#state(this.past ? 'past' : !this.isOpen ? (this.hasCity || this.reason ? 'lost' : 'connecting') : silence > STALE_MS ? 'stale' : this.hasCity ? 'live' : 'connecting');
    const age = age => age < 90 ? `${Math.floor(age)} s` : age < 5400 ? `${Math.floor(age / 60)} min` : `${Math.floor(age / 3600)} h`;
    this.part('#banner-age').textContent = this.hasCity && this.state !== 'live' && this.state !== 'past' ? `${age(silence / 1000)} old` : '';
    this.part('#connection-age').textContent = this.state === 'live' || this.state === 'past' ? '' : this.hasCity ? age(silence / 1000) : '';
  }

  #state(state) {
    if (this.state === state) return;
    this.state = state;
    this.root.dataset.connection = state;
    this.part('#connection-word').textContent = { connecting: 'Connecting', live: 'Live', stale: 'Stale', lost: 'Disconnected', past: 'Past' }[state];
    const banner = this.part('#banner');
    banner.hidden = state === 'live' || (state === 'connecting' && !this.reason && !this.stream);
    this.part('#banner-title').textContent = { connecting: 'Connecting', live: '', stale: 'No word from the city', lost: 'Disconnected', past: 'The past' }[state];
    this.part('#past-end').hidden = state !== 'past';
    const heard = this.hasCity && this.clock ? `What you see is the city at ${this.clock.format(this.serverNow() - (this.stream?.silenceMs ?? 0))}.` : 'Nothing has been received yet.';
    this.part('#banner-text').textContent = {
      connecting: 'Waiting for the first picture of the city.', live: '',
      stale: `${heard} The connection is open but silent.`, lost: `${heard} Trying to connect again.`,
      past: this.past && this.clock ? `The city as it was known on ${this.day.format(this.past)} at ${this.clock.format(this.past)}.` : '',
    }[state];
  }
}
