// Hands on the map: mouse, wheel, touch and keys. Everything a pointer can do here, the keys can do too.

const CLICK_PIXELS = 4;
const KEY_STEP = 90; // pixels

export class Gestures {
  constructor(map) {
    this.map = map;
    this.host = map.host;
    this.pointers = new Map();
    this.listeners = new AbortController();
    const on = (type, handler, options) => this.host.addEventListener(type, handler, { signal: this.listeners.signal, ...options });
    on('pointerdown', event => this.#down(event));
    on('pointermove', event => this.#move(event));
    on('pointerup', event => this.#up(event));
    on('pointercancel', event => this.pointers.delete(event.pointerId));
    on('pointerleave', () => this.#hover(null));
    on('wheel', event => this.#wheel(event), { passive: false });
    on('dblclick', event => map.zoom(2, ...this.#place(event)));
    on('keydown', event => this.#key(event));
    on('focus', () => this.#crosshair(this.host.matches(':focus-visible')));
    on('blur', () => this.#crosshair(false));
  }

  stop() { this.listeners.abort(); }

  #place(event) {
    const box = this.host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #down(event) {
    if (event.button !== 0) return;
    this.host.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.#place(event));
    if (this.pointers.size === 1) { this.start = this.#place(event); this.isClick = true; }
    else this.isClick = false;
    this.#crosshair(false);
  }

  #move(event) {
    const place = this.#place(event), before = this.pointers.get(event.pointerId);
    if (!before) { this.#hover(this.map.hit(...place)); return; }
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
      const spread = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
      this.map.pan((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
      this.map.zoom(spread(place, other) / Math.max(1, spread(before, other)), ...middle, true);
    } else if (!this.isClick || Math.hypot(place[0] - this.start[0], place[1] - this.start[1]) > CLICK_PIXELS) {
      this.isClick = false;
      this.host.classList.add('is-dragging');
      this.map.pan(place[0] - before[0], place[1] - before[1]);
    } else return;
    this.pointers.set(event.pointerId, place);
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
    this.host.classList.remove('is-dragging');
    if (this.isClick && this.pointers.size === 0) this.map.onSelect(this.map.hit(...this.#place(event)));
    this.isClick = false;
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 18 : event.deltaY;
    this.map.zoom(Math.exp(-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.008 : 0.0022)), ...this.#place(event));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.host) return;
    const step = KEY_STEP * (event.shiftKey ? 3 : 1), { map } = this;
    const acts = {
      ArrowLeft: () => map.pan(step, 0, true), ArrowRight: () => map.pan(-step, 0, true),
      ArrowUp: () => map.pan(0, step, true), ArrowDown: () => map.pan(0, -step, true),
      '+': () => map.zoom(1.5), '=': () => map.zoom(1.5), '-': () => map.zoom(1 / 1.5), _: () => map.zoom(1 / 1.5),
      0: () => map.fit(), Home: () => map.fit(),
      Enter: () => map.onSelect(map.hit(map.view.width / 2, map.view.height / 2)),
      Escape: () => map.onSelect(null),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    this.#crosshair(true);
    act();
  }

  #hover(thing) {
    if (this.map.overlay.hovered === thing) return;
    this.map.overlay.hovered = thing?.type === 'zone' ? null : thing;
    this.host.classList.toggle('is-over', thing !== null && thing.type !== 'zone');
    this.map.onHover(thing);
    this.map.touch();
  }

  #crosshair(shown) {
    this.map.overlay.crosshair = shown;
    this.map.touch();
  }
}
