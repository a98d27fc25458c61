// The slider under the map: the city as it was known at an instant, plainly marked, and the way back to now.

import { get } from './rest.js';

const SETTLE_MS = 250; // whoever drags the slider means where it comes to rest

export class Past {
  /** now: the server's clock; show(instant, city, map): a past city came, its map when it is of another definition; end: back to now. */
  constructor(root, { now, hash, show, end, failed }) {
    Object.assign(this, { now, hash, show, end, failed });
    this.slider = root.querySelector('#past-at');
    this.reach = root.querySelector('#past-reach');
    this.slider.addEventListener('input', () => this.#choose());
    this.reach.addEventListener('change', () => { if (this.instant) this.#choose(); });
    this.slider.addEventListener('keydown', event => { if (event.key === 'Escape') this.leave(); });
    root.querySelector('#past-end').addEventListener('click', () => { this.leave(); this.slider.focus(); });
  }

  leave() {
    clearTimeout(this.timer);
    this.asked = null;
    this.slider.value = this.slider.max;
    if (!this.instant) return;
    this.instant = null;
    this.end();
  }

  #choose() {
    clearTimeout(this.timer);
    const share = 1 - this.slider.value / this.slider.max;
    if (share === 0) { this.leave(); return; }
    this.timer = setTimeout(() => this.#ask(new Date(this.now() - share * Number(this.reach.value))), SETTLE_MS);
  }

  async #ask(instant) {
    const asked = this.asked = instant.toISOString();
    try {
      const city = await get(`/v1/pastCity?asOfTime=${asked}&sensors=true`);
      const map = city.cityHash === this.hash() ? null : await get(`/v1/map?asOfTime=${asked}`);
      if (this.asked !== asked) return; // another instant was chosen meanwhile
      this.instant = instant;
      this.show(instant, city, map);
    } catch (error) {
      if (this.asked === asked) this.failed(error);
    }
  }
}
