// How a level looks. Four bands (and two that are no trouble), told apart by colour, by shape and by line, so that no one of them has to be seen.
// The colours keep a distance of at least 25 (CIE76) under simulated protanopia, deuteranopia and tritanopia (Machado,
// Oliveira and Fernandes 2009, severity 1); what is well is the dimmest, 3.7:1 against the ground.

export const NORMAL = 0, REDUCED = 1, SEVERE = 2, DARK = 3, UNKNOWN = 4, OPEN = 5;

export const bands = [
  { key: 'normal', label: 'Normal', range: '100 %', colour: '#2c7798', zone: 'rgba(60,140,175,0.055)', edge: 'rgba(96,150,165,0.34)' },
  { key: 'reduced', label: 'Reduced', range: '50–99 %', colour: '#ffe680', zone: 'rgba(255,230,128,0.12)', edge: 'rgba(255,230,128,0.5)' },
  { key: 'severe', label: 'Severe', range: '1–49 %', colour: '#f26500', zone: 'rgba(242,101,0,0.19)', edge: 'rgba(242,101,0,0.7)' },
  { key: 'dark', label: 'Dark', range: '0 %', colour: '#ff8cab', zone: 'rgba(255,110,150,0.2)', edge: 'rgba(255,140,171,0.8)' },
  { key: 'unknown', label: 'Unknown', range: 'no word', colour: '#7c8a99', zone: 'rgba(124,138,153,0.05)', edge: 'rgba(124,138,153,0.4)' },
  // A tie that is open as it should be gives nothing and lacks nothing: it must not look like a failure.
  { key: 'open', label: 'Open switch', range: 'by design', colour: '#8496a8', zone: 'transparent', edge: 'transparent' },
];

/** From quiet to loud: what is worse is drawn over what is better. */
export const drawingOrder = [NORMAL, OPEN, UNKNOWN, REDUCED, SEVERE, DARK];

/** The band of a level 0..1000; below 0 stands for "nothing known yet". */
export const bandOf = level => level < 0 ? UNKNOWN : level >= 1000 ? NORMAL : level >= 500 ? REDUCED : level > 0 ? SEVERE : DARK;

export const ink = {
  ground: '#0a1016', water: '#0d1e2c', waterLine: '#15405a', park: '#0d1c19', building: '#121a22',
  street: '#1b2733', street2: '#16202a', label: '#93a4b5', labelStrong: '#dbe6ef', halo: 'rgba(8,13,18,0.92)',
  select: '#f2f8ff', sensor: '#6f8aa0', sensorFault: '#ffe680', guard: '#8fc7ff', focus: '#7cc4ff',
};

// Kinds that a stranger to the city should find first; everything else is drawn smaller and labelled later.
const prominence = new Map([
  ['substation', 3], ['hospital', 3], ['waterworks', 3], ['treatment-plant', 3], ['power-plant', 3],
  ['exchange', 2], ['control', 2], ['tank', 2], ['pump', 2], ['police', 2], ['town-hall', 2], ['radio', 2], ['bridge', 2],
  ['water-intake', 2], ['school', 1], ['cell-site', 1], ['station', 1], ['lift', 1], ['tie', 1], ['breaker', 1], ['switch', 1],
]);

/** 0 (part of the mesh) to 3 (a landmark of the grid). */
export const prominenceOf = kind => prominence.get(kind) ?? 0;

/** The service symbols of icons.svg as Path2D in a box of 16 by 16, by service. */
export async function loadIcons(url) {
  const text = await (await fetch(url)).text();
  const icons = new Map();
  for (const symbol of new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('symbol')) {
    icons.set(symbol.id, new Path2D(symbol.querySelector('path').getAttribute('d')));
  }
  return icons;
}
