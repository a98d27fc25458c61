// What the panels around the map show, gathered from the city: counters, the lists, and nothing more than fits a panel.

import { severities, severityOf, alertStateOf } from './city.js';
import { bandOf, bands, DARK } from './palette.js';

const ALERTS_MAX = 100, GUARDS_MAX = 200, CASCADES_MAX = 40;

export function digestOf(city, service, sections) {
  return {
    asOfTime: city.asOf,
    services: servicesOf(city),
    peopleAffected: city.zones.reduce((sum, zone) => sum + zone.affected, 0),
    sensors: sensorsOf(city),
    alertCounts: alertCountsOf(city),
    alerts: sections.has('alerts') ? alertsOf(city) : null,
    guards: sections.has('guards') ? guardsOf(city) : null,
    cascades: sections.has('cascades') ? cascadesOf(city) : null,
  };
}

/** A thing as a row of a list. */
export function rowOf(thing) {
  const level = thing.type === 'zone' ? thing.worst : thing.type === 'segment' ? thing.level : null;
  return {
    name: thing.name, displayName: thing.displayName, type: thing.type, kind: thing.kind, service: thing.service,
    level, band: level === null ? '' : bands[thing.band ?? bandOf(level)].key,
    note: thing.type === 'sensor' ? thing.quality : thing.type === 'guard' ? thing.duty : '',
  };
}

function servicesOf(city) {
  const all = { service: '', worst: 1000, zones: city.zones.length, zonesBelow: 0, segmentsDark: 0, segments: city.segments.length };
  const rows = new Map(city.services.map(service => [service, { service, worst: 1000, zones: 0, zonesBelow: 0, segmentsDark: 0, segments: 0 }]));
  for (const zone of city.zones) {
    if (zone.worst < 1000) all.zonesBelow++;
    all.worst = Math.min(all.worst, zone.worst);
    for (const [service, level] of Object.entries(zone.levels)) {
      const row = rows.get(service);
      row.zones++;
      row.worst = Math.min(row.worst, level);
      if (level < 1000) row.zonesBelow++;
    }
  }
  for (const segment of city.segments) {
    const row = rows.get(segment.service);
    if (row) row.segments++;
    if (segment.band !== DARK) continue;
    all.segmentsDark++;
    if (row) row.segmentsDark++;
  }
  return [all, ...rows.values()].map(row => ({ ...row, band: bands[bandOf(row.worst)].key }));
}

function sensorsOf(city) {
  const counts = { expected: city.sensors.length, reporting: 0, faulty: 0 };
  for (const sensor of city.sensors) {
    if (sensor.quality === 'GOOD') counts.reporting++;
    else if (sensor.isFaulty) counts.faulty++;
  }
  return counts;
}

function alertCountsOf(city) {
  const counts = { notice: 0, warning: 0, serious: 0, critical: 0, unacknowledged: 0, shelved: 0 };
  for (const alert of city.alerts.values()) {
    if (alert.suppressed) continue;
    const state = alertStateOf(alert);
    if (state === 'SHELVED') { counts.shelved++; continue; }
    counts[severities[severityOf(alert)]]++;
    if (state === 'RAISED') counts.unacknowledged++;
  }
  return counts;
}

// What nobody has taken note of first, the worst of it first, the newest of that first.
function alertsOf(city) {
  const order = { RAISED: 0, ACKNOWLEDGED: 1, SHELVED: 2 };
  const place = name => city.things.get(name)?.displayName ?? '';
  return [...city.alerts.values()]
    .sort((a, b) => (a.suppressed ? 1 : 0) - (b.suppressed ? 1 : 0) || order[alertStateOf(a)] - order[alertStateOf(b)]
      || severityOf(b) - severityOf(a) || (a.raiseTime < b.raiseTime ? 1 : a.raiseTime > b.raiseTime ? -1 : a.name < b.name ? -1 : 1))
    .slice(0, ALERTS_MAX)
    .map(alert => ({
      name: alert.name, severity: severities[severityOf(alert)], state: alertStateOf(alert).toLowerCase(),
      code: alert.code ?? '', text: alert.text ?? '', subject: alert.subject || alert.zone || '', subjectName: place(alert.subject) || place(alert.zone),
      zoneName: place(alert.zone), raiseTime: alert.raiseTime ?? null, acknowledgedBy: alert.acknowledgedBy ?? '', suppressed: alert.suppressed ?? false,
    }));
}

function guardsOf(city) {
  return [...city.guards].sort((a, b) => a.displayName < b.displayName ? -1 : 1).slice(0, GUARDS_MAX).map(rowOf);
}

function cascadesOf(city) {
  return city.cascades.slice(-CASCADES_MAX).reverse().map(cascade => ({
    name: cascade.name, decideTime: cascade.decideTime ?? null, lowered: cascade.lowered ?? 0, raised: cascade.raised ?? 0,
    roots: (cascade.roots ?? []).map(name => ({ name, displayName: city.things.get(name)?.displayName ?? name })),
  }));
}
