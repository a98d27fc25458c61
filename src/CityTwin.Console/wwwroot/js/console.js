// The console in the browser: it fetches the map, watches the city, draws, and tells the panels what they show.
// The panels live on the server; everything an operator must see when that server is gone is done here.

import { City } from './city.js';
import { CityMap } from './map.js';
import { Connection } from './connection.js';
import { digestOf, rowOf } from './digest.js';
import { Watch } from './watch.js';
import { get } from './rest.js';
import { loadIcons } from './palette.js';
import { Scale } from './scale.js';
import { Timeline } from './timeline.js';
import { Past } from './past.js';
import { remember, remembered } from './memory.js';

const DIGEST_MS = 250;
const SEARCH_MAX = 60;
const CASCADES_BEFORE = 40;
const RETRY_MS = 2000;
const REDEFINED_MS = 500; // a server of the cluster may still hand out the old map for a moment
const EVENTS_URL = '/v1/events?sensors=true&intervalMilliseconds=100';

export function start(root, panels) {
  const page = new Page(root, panels);
  page.run();
  return page;
}

class Page {
  constructor(root, panels) {
    this.root = root;
    this.panels = panels;
    this.host = root.querySelector('#map');
    this.connection = new Connection(root);
    this.scale = new Scale(root.querySelector('#scale'));
    this.timeline = new Timeline(root.querySelector('#timeline'), () => this.connection.serverNow());
    this.past = new Past(root, {
      now: () => this.connection.serverNow(),
      hash: () => this.city?.hash ?? '',
      show: (instant, city, map) => this.#showPast(instant, city, map),
      end: () => this.#endPast(),
      failed: error => this.#call('PastMissing', error.message),
    });
    this.service = remembered('service') ?? '';
    this.selected = null;
    this.sections = new Set();
    const on = (id, act) => root.querySelector(id).addEventListener('click', act);
    on('#zoom-in', () => this.map?.zoom(1.6));
    on('#zoom-out', () => this.map?.zoom(1 / 1.6));
    on('#zoom-fit', () => this.map?.fit());
    this.timers = [setInterval(() => this.#tellPanels(), DIGEST_MS), setInterval(() => this.#tick(), 500)];
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.#load();
        return;
      } catch (error) {
        this.connection.failed(error.message);
        await new Promise(resolve => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  stop() {
    this.stopped = true;
    this.timers.forEach(clearInterval);
    this.watch?.stop();
    this.map?.stop();
  }

  // What the panels call.

  select(name, isShown) {
    const thing = this.city?.things.get(name) ?? null;
    if (thing && isShown) this.map.show(thing);
    this.#select(thing);
  }

  search(query) {
    if (!this.city) return { total: 0, rows: [] };
    const found = this.city.search(query, SEARCH_MAX);
    return { total: found.total, rows: found.things.map(rowOf) };
  }

  setService(service) {
    this.service = service;
    remember('service', service);
    this.map?.setService(service);
  }

  focusMap() { this.host.focus(); }

  /** Shows a past cascade again: the flashes leave its roots once more. */
  replay(names, roots) {
    const changes = names.map(([name, before]) => ({ segment: this.city.things.get(name), before })).filter(change => change.segment);
    this.map.overlay.flash(changes, roots.map(name => this.city.things.get(name)), performance.now());
    this.map.touch();
  }

  // What happens here.

  async #load() {
    const [service, map] = await Promise.all([get('/v1/service'), get('/v1/map')]);
    this.icons ??= await loadIcons(new URL('../icons.svg', import.meta.url));
    if (this.stopped) return;
    this.info = service;
    this.connection.serves(service);
    this.#put(map);
    this.root.dataset.city = this.city.hash;
    this.#call('Serve', { city: service.city ?? '', sample: service.sample ?? false, timeZone: service.timeZone ?? 'UTC', silo: service.silo ?? '', version: service.softwareVersion ?? '' });
    const name = this.selected?.name ?? remembered('selected');
    this.#select(this.city.things.get(name) ?? null);
    this.#listen();
    this.#remember();
  }

  #put(map) {
    this.city = new City(map);
    this.map?.stop();
    this.map = new CityMap(this.host, this.city, this.icons, {
      onSelect: thing => this.#select(thing),
      onHover: thing => this.#hover(thing),
      view: remembered(`view/${this.city.hash}`),
    });
    this.map.onView = view => remember(`view/${this.city.hash}`, { x: view.x, y: view.y, k: view.k });
    this.map.setService(this.city.services.includes(this.service) ? this.service : '');
  }

  // The watch rests while the past is shown: what it would bring belongs to another time.
  #showPast(instant, city, map) {
    this.watch?.stop();
    this.watch = null;
    if (map) this.#put(map);
    this.isPastMap ||= map !== null;
    this.connection.shows(instant);
    const changed = this.city.apply(city);
    this.map.changed(changed, true);
    for (const section of ['alerts', 'guards']) this.sections.add(section);
    this.isDigestOld = this.isSelectionOld = true;
    this.#call('Past', instant.toISOString());
  }

  #endPast() {
    this.connection.shows(null);
    this.#call('Past', null);
    if (this.isPastMap) { this.isPastMap = false; this.run(); } else this.#listen();
  }

  // What happened before this page was opened; the page does without where the server does not tell.
  async #remember() {
    const city = this.city;
    try {
      city.recall((await get(`/v1/cascades?pageSize=${CASCADES_BEFORE}`)).cascades ?? []);
      this.sections.add('cascades');
      this.isDigestOld = true;
    } catch { /* only the list of the past stays short */ }
  }

  #listen() {
    this.watch?.stop();
    const watch = this.watch = new Watch({
      url: EVENTS_URL,
      quietMs: 20000,
      onState: (state, reason) => this.connection.watches(state, reason),
      onChanges: message => { if (watch === this.watch) this.#fold(message); },
    });
    this.connection.listensTo(watch);
    watch.run();
  }

  #fold(message) {
    if (message.cityHash && message.cityHash !== this.city.hash) { // another definition: everything may lie elsewhere
      this.watch.stop();
      setTimeout(() => this.run(), REDEFINED_MS);
      return;
    }
    const changed = this.city.apply(message);
    this.connection.heard(this.city.asOf);
    this.map.changed(changed, message.snapshot === true);
    if (message.snapshot) for (const section of ['alerts', 'guards', 'cascades']) this.sections.add(section);
    if (changed.alerts) this.sections.add('alerts');
    if (changed.guards) this.sections.add('guards');
    if (changed.cascades.length > 0) this.sections.add('cascades');
    if (changed.levels.length > 0 || changed.zones || changed.alerts || changed.sensors.includes(this.selected)) this.isSelectionOld = true;
    this.isDigestOld = true;
    this.root.dataset.version = message.resumeToken ?? '';
  }

  #select(thing) {
    this.selected = thing;
    remember('selected', thing?.name ?? null);
    this.map.select(thing);
    this.#call('Select', thing ? rowOf(thing) : null);
  }

  #hover(thing) {
    const tip = this.root.querySelector('#tip');
    tip.hidden = !thing || thing.type === 'zone';
    if (tip.hidden) return;
    const { view } = this.map, row = rowOf(thing);
    tip.replaceChildren(Object.assign(document.createElement('strong'), { textContent: row.displayName }),
      Object.assign(document.createElement('span'), { textContent: row.level === null ? `${row.kind} · ${row.note.toLowerCase().replaceAll('_', ' ')}` : `${row.kind} · ${row.level < 0 ? 'unknown' : `${Math.floor(row.level / 10)} %`}` }));
    tip.style.transform = `translate(${(thing.x - view.x) * view.k + view.width / 2 + 16}px, ${(thing.y - view.y) * view.k + view.height / 2 + 12}px)`;
  }

  #tick() {
    this.connection.show();
    if (!this.city) return;
    this.timeline.draw(this.city.cascades);
    this.scale.show(this.map.view.k);
  }

  #tellPanels() {
    if (!this.isDigestOld || this.isTelling) return;
    const digest = digestOf(this.city, this.service, this.sections);
    digest.isSelectionOld = this.isSelectionOld === true;
    const sections = this.sections;
    this.sections = new Set();
    this.isDigestOld = this.isSelectionOld = false;
    this.isTelling = true;
    // A lost circuit loses the digest; its sections go again with the next one.
    this.#call('Show', digest).then(told => { if (!told) { sections.forEach(section => this.sections.add(section)); this.isDigestOld = true; } this.isTelling = false; });
  }

  async #call(method, ...values) {
    try {
      await this.panels.invokeMethodAsync(method, ...values);
      return true;
    } catch {
      return false; // the panels are away; connection.js says so
    }
  }
}
