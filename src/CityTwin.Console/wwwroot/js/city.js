// The city as the browser knows it: where everything is (the map, fixed) and how it is (levels, alerts, guards, folded
// from its watch). The service's JSON leaves out what is zero or empty, so every read says its default.

import { Projection } from './projection.js';
import { Grid } from './grid.js';
import { bandOf, prominenceOf, DARK, OPEN, SEVERE, UNKNOWN } from './palette.js';

const CASCADES_MAX = 64, ROOTS_MAX = 16;
export const severities = ['notice', 'warning', 'serious', 'critical'];
const word = value => String(value ?? '').replace(/^(ALERT_SEVERITY|ALERT_STATE|GUARD_DUTY|SENSOR_QUALITY|HEALTH)_/, '');

export class City {
  constructor(map) {
    this.hash = map.cityHash ?? '';
    this.bounds = map.bounds?.length === 4 ? map.bounds : [0, 0, 0.01, 0.01];
    const projection = this.projection = new Projection(this.bounds);
    const [west, south, east, north] = this.bounds;
    this.frame = [projection.x(west), projection.y(north), projection.x(east), projection.y(south)];

    this.zones = (map.zones ?? []).map(shape => new Zone(shape, projection));
    const parents = new Set(this.zones.map(zone => zone.parent));
    for (const zone of this.zones) zone.isLeaf = !parents.has(zone.name);
    this.zonesByDepth = [...this.zones].sort((a, b) => a.depth - b.depth);
    this.segments = (map.segments ?? []).map(shape => new Segment(shape, projection));
    this.sensors = (map.sensors ?? []).map(shape => new Sensor(shape, projection));
    this.guards = (map.guards ?? []).map(shape => new Guard(shape, projection));
    this.background = (map.background ?? []).map(shape => ({
      kind: shape.kind ?? '', area: shape.area ?? false,
      paths: (shape.paths ?? []).map(path => projection.path(path.coordinates ?? [])),
    }));

    this.things = new Map([...this.zones, ...this.segments, ...this.sensors, ...this.guards].map(thing => [thing.name, thing]));
    this.segmentGrid = new Grid(this.segments.flatMap(segment => segment.box));
    this.sensorGrid = new Grid(this.sensors.flatMap(sensor => [sensor.x, sensor.y, sensor.x, sensor.y]));
    this.zoneGrid = new Grid(this.zones.flatMap(zone => zone.box));
    this.services = [...new Set(this.segments.map(segment => segment.service).filter(service => service))].sort();
    this.alerts = new Map();
    this.cascades = [];
    this.asOf = null;
  }

  /** Folds one message in; gives what it changed: levels (things with their level before), and which lists are new. */
  apply(message) {
    if (message.snapshot) this.#forget();
    this.asOf = message.asOfTime ?? this.asOf;
    const changed = { levels: [], zones: false, sensors: [], alerts: false, guards: false, cascades: [] };
    for (const change of message.zones ?? []) {
      const zone = this.things.get(change.name);
      if (!zone) continue;
      zone.update(change);
      for (const service of Object.keys(zone.levels)) if (!this.services.includes(service)) this.services = [...this.services, service].sort();
      changed.zones = true;
    }
    for (const change of message.segments ?? []) {
      const segment = this.things.get(change.name);
      if (!segment) continue;
      const before = segment.level;
      segment.update(change);
      if (before !== segment.level) changed.levels.push({ segment, before });
    }
    if (message.snapshot) this.#fill();
    for (const change of message.sensors ?? []) {
      const sensor = this.things.get(change.name);
      if (!sensor) continue;
      sensor.update(change);
      changed.sensors.push(sensor);
    }
    for (const alert of message.alerts ?? []) {
      if (word(alert.state) === 'CLEARED') this.alerts.delete(alert.name); else this.alerts.set(alert.name, alert);
      changed.alerts = true;
    }
    for (const change of message.guards ?? []) {
      this.things.get(change.name)?.update(change, this.projection);
      changed.guards = true;
    }
    changed.cascades = message.cascades ?? [];
    this.cascades = [...this.cascades, ...changed.cascades].slice(-CASCADES_MAX);
    changed.alerts ||= message.snapshot === true;
    return changed;
  }

  /** Puts cascades of the past, newest first, before those that came with the watch. */
  recall(cascades) {
    const known = new Set(this.cascades.map(cascade => cascade.name));
    const past = cascades.filter(cascade => !known.has(cascade.name)).reverse().map(cascade => ({
      name: cascade.name, decideTime: cascade.decideTime, lowered: cascade.lowered, raised: cascade.raised,
      roots: [...new Set([...(cascade.changes ?? []).map(change => change.segment), ...(cascade.starts ?? []).flatMap(start => start.segments ?? [])])].slice(0, ROOTS_MAX),
    }));
    this.cascades = [...past, ...this.cascades].slice(-CASCADES_MAX);
  }

  /** The band of a zone for a service, or of its worst when the service is empty. */
  zoneBand(zone, service) {
    if (service) return service in zone.levels ? bandOf(zone.levels[service]) : UNKNOWN;
    const band = bandOf(zone.worst);
    return zone.health === 'CRITICAL' && band < SEVERE ? SEVERE : band;
  }

  /** Names matching the words of a query, best first. */
  search(query, limit) {
    const words = query.toLowerCase().split(/\s+/).filter(part => part);
    const hits = [];
    for (const thing of this.things.values()) {
      if (!words.every(part => thing.searchText.includes(part))) continue;
      const starts = words.length > 0 && thing.displayName.toLowerCase().startsWith(words[0]) ? 0 : 1;
      hits.push({ thing, rank: starts * 10 + thing.searchRank });
    }
    hits.sort((a, b) => a.rank - b.rank || b.thing.concern - a.thing.concern || (a.thing.displayName < b.thing.displayName ? -1 : 1));
    return { total: hits.length, things: hits.slice(0, limit).map(hit => hit.thing) };
  }

  #forget() {
    for (const zone of this.zones) { zone.worst = -1; zone.levels = {}; zone.health = ''; zone.affected = 0; }
    for (const segment of this.segments) { segment.level = -1; segment.ceiling = 1000; segment.disagrees = false; }
    for (const sensor of this.sensors) sensor.quality = 'NEVER_REPORTED';
    this.alerts.clear();
  }

  // A snapshot leaves out what is as new: those segments are at their full level.
  #fill() {
    for (const segment of this.segments) if (segment.level < 0) segment.level = 1000;
  }
}

class Zone {
  constructor(shape, projection) {
    this.type = 'zone'; this.searchRank = 0;
    this.name = shape.name; this.displayName = shape.displayName || shape.name;
    this.parent = shape.parent ?? ''; this.depth = shape.depth ?? 0; this.kind = 'zone'; this.service = '';
    this.areas = (shape.areas ?? []).map(area => (area.rings ?? []).map(ring => projection.path(ring.coordinates ?? [])));
    this.box = boxOf(this.areas.flat());
    [this.x, this.y] = anchorOf(this.areas);
    this.path2d = new Path2D();
    for (const ring of this.areas.flat()) trace(this.path2d, ring, true);
    this.searchText = `${this.displayName} ${this.name} zone`.toLowerCase();
    this.worst = -1; this.levels = {}; this.health = ''; this.affected = 0; this.expected = 0; this.reporting = 0;
  }

  update(change) {
    this.worst = change.worstLevelPermille ?? 0;
    this.levels = change.levels ?? {};
    this.health = word(change.health);
    this.affected = change.peopleAffected ?? 0;
    this.expected = change.sensorsExpected ?? 0;
    this.reporting = change.sensorsReporting ?? 0;
  }

  get concern() { return 1000 - this.worst; }
}

class Segment {
  constructor(shape, projection) {
    this.type = 'segment'; this.searchRank = 1;
    this.name = shape.name; this.displayName = shape.displayName || shape.name;
    this.kind = shape.kind ?? ''; this.service = shape.service ?? '';
    this.path = projection.path(shape.path?.coordinates ?? []);
    this.box = boxOf([this.path]);
    this.isLine = this.path.length > 2; this.hasPlace = this.path.length >= 2;
    [this.x, this.y] = this.isLine ? middleOf(this.path) : [this.path[0] ?? 0, this.path[1] ?? 0];
    this.prominence = prominenceOf(this.kind); this.isNormallyOpen = shape.normallyOpen ?? false;
    this.searchText = `${this.displayName} ${this.name} ${this.kind} ${this.service}`.toLowerCase();
    this.level = -1; this.ceiling = 1000; this.disagrees = false;
  }

  update(change) {
    this.level = change.levelPermille ?? 0;
    this.ceiling = change.ceilingPermille ?? 0;
    this.disagrees = change.disagrees ?? false;
  }

  get band() {
    const band = bandOf(this.level);
    return band === DARK && this.isNormallyOpen ? OPEN : band;
  }

  get concern() { return this.band === OPEN ? 0 : 1000 - this.level; }
}

class Sensor {
  constructor(shape, projection) {
    this.type = 'sensor'; this.searchRank = 2;
    this.name = shape.name; this.displayName = shape.displayName || shape.name;
    this.kind = shape.kind ?? ''; this.service = ''; this.segment = shape.segment ?? '';
    this.x = projection.x(shape.position?.longitude ?? 0); this.y = projection.y(shape.position?.latitude ?? 0);
    this.searchText = `${this.displayName} ${this.name} ${this.kind} sensor`.toLowerCase();
    this.quality = 'NEVER_REPORTED';
  }

  update(change) { this.quality = word(change.quality) || 'NEVER_REPORTED'; }

  get isFaulty() { return this.quality !== 'GOOD' && this.quality !== 'NEVER_REPORTED'; }
  get concern() { return this.isFaulty ? 500 : 0; }
}

class Guard {
  constructor(shape, projection) {
    this.type = 'guard'; this.searchRank = 1;
    this.name = shape.name; this.displayName = shape.displayName || shape.name;
    this.kind = 'guard'; this.service = '';
    this.x = projection.x(shape.position?.longitude ?? 0); this.y = projection.y(shape.position?.latitude ?? 0);
    this.searchText = `${this.displayName} ${this.name} guard patrol`.toLowerCase();
    this.duty = '';
  }

  update(change, projection) {
    this.duty = word(change.duty);
    if (!change.position) return;
    this.x = projection.x(change.position.longitude ?? 0);
    this.y = projection.y(change.position.latitude ?? 0);
  }

  get concern() { return this.duty === 'OFF_DUTY' ? -1 : 0; }
}

/** Adds a flat path of x, y ... to a Path2D. */
export function trace(target, path, close) {
  for (let i = 0; i + 1 < path.length; i += 2) {
    if (i === 0) target.moveTo(path[0], path[1]); else target.lineTo(path[i], path[i + 1]);
  }
  if (close && path.length > 4) target.closePath();
}

export const severityOf = alert => Math.max(0, severities.indexOf(word(alert.severity).toLowerCase()));
export const alertStateOf = alert => alert.shelveUntilTime ? 'SHELVED' : word(alert.state) || 'RAISED';

function boxOf(paths) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const path of paths) {
    for (let i = 0; i + 1 < path.length; i += 2) {
      box[0] = Math.min(box[0], path[i]); box[1] = Math.min(box[1], path[i + 1]);
      box[2] = Math.max(box[2], path[i]); box[3] = Math.max(box[3], path[i + 1]);
    }
  }
  return box;
}

// The centroid of the largest outline: a label there lies inside all but the most bent zones.
function anchorOf(areas) {
  let best = [0, 0], largest = -1;
  for (const [outline] of areas) {
    if (!outline) continue;
    let twice = 0, x = 0, y = 0;
    for (let i = 0; i + 3 < outline.length; i += 2) {
      const cross = outline[i] * outline[i + 3] - outline[i + 2] * outline[i + 1];
      twice += cross; x += (outline[i] + outline[i + 2]) * cross; y += (outline[i + 1] + outline[i + 3]) * cross;
    }
    if (Math.abs(twice) > largest) { largest = Math.abs(twice); best = twice === 0 ? [outline[0], outline[1]] : [x / (3 * twice), y / (3 * twice)]; }
  }
  return best;
}

function middleOf(path) {
  let length = 0;
  const leg = i => Math.hypot(path[i + 2] - path[i], path[i + 3] - path[i + 1]);
  for (let i = 0; i + 3 < path.length; i += 2) length += leg(i);
  let left = length / 2;
  for (let i = 0; i + 3 < path.length; i += 2) {
    const step = leg(i);
    if (left <= step && step > 0) {
      return [path[i] + (path[i + 2] - path[i]) * left / step, path[i + 1] + (path[i + 3] - path[i + 1]) * left / step];
    }
    left -= step;
  }
  return [path[0], path[1]];
}
