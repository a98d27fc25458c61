namespace CityTwin.Core.Breaches.Reports;

/// <summary>How a report looks, on a screen and on paper: system fonts, dark text on white, colours that differ in lightness as well.</summary>
internal static class ReportStyle
{
    public const string Css = """

        :root { --ink: #18242f; --soft: #4b5a68; --rule: #d5dde4; --one: #1f5f8b; --pale: #f3f6f9; --two: #b4570a; --bad: #a3271f; --good: #2c6e49; }
        * { box-sizing: border-box; }
        body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
        main { max-width: 880px; margin: 0 auto; padding: 40px 28px 64px; }
        h1 { font-size: 2.1rem; line-height: 1.2; margin: 4px 0 12px; letter-spacing: -0.01em; }
        h2 { font-size: 1.35rem; margin: 52px 0 10px; padding-top: 14px; border-top: 2px solid var(--ink); }
        h3 { font-size: 1.05rem; margin: 28px 0 6px; }
        p { margin: 0 0 14px; max-width: 72ch; }
        .kicker { color: var(--soft); font-size: 0.86rem; letter-spacing: 0.06em; text-transform: uppercase; margin: 0; }
        .about { font-size: 1.06rem; }
        .given { border-left: 5px solid var(--two); background: #fdf5ec; padding: 12px 18px; margin: 22px 0; }
        .given p { margin: 0; }
        .summary { font-size: 1.12rem; }
        .tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 14px; margin: 26px 0 22px; padding: 0; list-style: none; }
        .tiles li { background: var(--pale); border-top: 4px solid var(--one); padding: 12px 14px; }
        .tiles .bad { border-color: var(--bad); }
        .tiles .good { border-color: var(--good); }
        .tiles strong { display: block; font-size: 1.42rem; line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .tiles span { display: block; font-size: 0.86rem; color: var(--soft); line-height: 1.4; }
        .tiles .name { color: var(--ink); font-weight: 600; margin-bottom: 4px; }
        figure { margin: 26px 0 30px; break-inside: avoid; }
        figcaption strong { color: var(--ink); }
        figcaption { font-size: 0.88rem; color: var(--soft); margin-top: 8px; max-width: 84ch; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font-size: 13px; fill: var(--ink); }
        svg .mark { fill: var(--soft); font-size: 12px; }
        svg .tight { font-size: 12px; }
        svg .value { font-variant-numeric: tabular-nums; }
        svg .inverse { fill: #fff; font-size: 12px; }
        svg .number { fill: #fff; font-weight: 700; }
        .grid { stroke: #e4eaef; stroke-width: 1; }
        .zero { stroke: #8a98a5; stroke-width: 1; }
        .reach { stroke: var(--ink); stroke-width: 1.4; }
        .mean { stroke: var(--two); stroke-width: 1.6; stroke-dasharray: 5 3; }
        .thick { stroke-width: 6; stroke-linecap: butt; opacity: 0.45; }
        .thick.one { stroke: var(--one); } .thick.two { stroke: var(--two); } .thick.bad { stroke: var(--bad); } .thick.good { stroke: var(--good); }
        .bar.one { fill: #5b93b8; } .bar.two { fill: #d08a4a; } .bar.bad { fill: #c46058; } .bar.unclear { fill: #c3ccd4; }
        .bar.way { fill: var(--one); } .bar.critical { fill: var(--two); } .bar.response { fill: #33414e; }
        .dot { stroke: #fff; stroke-width: 1.5; }
        .dot.one { fill: var(--one); } .dot.two { fill: var(--two); } .dot.bad { fill: var(--bad); } .dot.good { fill: var(--good); }
        table { border-collapse: collapse; width: 100%; margin: 14px 0 26px; font-size: 0.92rem; break-inside: avoid; }
        caption { text-align: left; font-size: 0.88rem; color: var(--soft); padding-bottom: 6px; }
        th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
        thead th { border-bottom: 2px solid var(--soft); font-size: 0.84rem; color: var(--soft); }
        tbody th { font-weight: 400; }
        .num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        dl { display: grid; grid-template-columns: minmax(150px, auto) 1fr; gap: 6px 18px; margin: 14px 0 26px; font-size: 0.94rem; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        pre { background: var(--pale); border: 1px solid var(--rule); padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.86rem/1.5 ui-monospace, "Cascadia Mono", Consolas, monospace; }
        footer { margin-top: 48px; border-top: 1px solid var(--rule); padding-top: 12px; font-size: 0.86rem; color: var(--soft); }
        @media (max-width: 640px) { .tiles { grid-template-columns: repeat(2, 1fr); } main { padding: 22px 16px 40px; } }
        @media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; margin-top: 30px; } .tiles li, .given { print-color-adjust: exact; -webkit-print-color-adjust: exact; } @page { margin: 18mm 16mm; } }

        """;
}
