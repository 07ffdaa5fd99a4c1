// The style sheet of the report: light or dark as its reader prefers, one column on a phone, black on white on paper.

enum ReportStyle {
    /// Lines stay apart for the colour-blind, by their dashes even without colour; so do nodes, by their shapes.
    static let dashes = ["none", "6 4", ".1 4.4", "9 3 2 3", "2.5 2.5", "13 4", "6 2 1.5 2 1.5 2", "1.5 2 6 2"]

    private static let lines: [Markup] = dashes.enumerated().map { index, dashes in
        let width = index == 0 ? "2.6" : index == 2 ? "2.4" : "1.8"
        return Markup(
            stringLiteral: ".s\(index){--c:var(--s\(index))}.line.s\(index){stroke-dasharray:\(dashes);"
                + "stroke-width:\(width)}\n")
    }

    static let sheet: Markup = """
        :root{\(Palette.light.properties)}
        @media screen and (prefers-color-scheme:dark){:root{\(Palette.dark.properties)}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;
        font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:62rem;margin:0 auto;padding:2rem 1rem 4rem;display:flex;flex-wrap:wrap;gap:1rem}
        main>*{flex:1 1 100%;min-width:0;margin:0}main>.half{flex:1 1 min(100%,26rem)}
        header{padding:0 .25rem}
        h1{font-size:clamp(1.3rem,3.8vw,1.9rem);line-height:1.2;font-weight:650;margin:.3rem 0 .5rem;text-wrap:balance;
        overflow-wrap:anywhere}
        h2{font-size:1.05rem;margin:0;font-weight:650}h3{font-size:.92rem;margin:1rem 0 0;font-weight:600}
        .over{margin:0;color:var(--soft);font-weight:600;overflow-wrap:anywhere}
        .facts,.note{margin:0;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
        .what{margin:0 0 .2rem;font-size:1rem;overflow-wrap:anywhere}
        .state{font-size:.78rem;padding:.1rem .55rem;border-radius:1rem;border:1px solid currentColor;
        white-space:nowrap;margin-left:.35rem}
        .finished{color:var(--soft)}.running{color:var(--s1)}.stopped,.unfinished{color:var(--s0)}
        .verdict{border-left:.4rem solid var(--faint);padding-left:.8rem}
        .verdict.good{border-color:var(--good)}.verdict.doubtful{border-color:var(--doubtful)}
        .verdict.bad{border-color:var(--bad)}.standing{font-weight:650;margin:0;color:var(--soft)}
        .good .standing{color:var(--good)}.doubtful .standing{color:var(--doubtful)}.bad .standing{color:var(--bad)}
        section,aside,.figures{background:var(--card);border:1px solid var(--faint);border-radius:.6rem;
        padding:1rem 1.1rem}
        aside{border-left:.3rem solid var(--s0)}aside ul{margin:.3rem 0 0;padding-left:1.2rem}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(max(7rem,22%),1fr));gap:.6rem .8rem}
        .figures div{display:flex;justify-content:flex-end;flex-direction:column-reverse}
        .figures dt{color:var(--soft);font-size:.85rem}
        .figures dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.25}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:.5rem 0;padding:0;font-size:.88rem}
        .legend svg{width:24px;height:8px;vertical-align:middle}
        i.square{display:inline-block;width:.8em;height:.8em;margin-right:.4em;vertical-align:-.05em;
        background:var(--c)}
        \(lines).idle{--c:var(--idle)}
        svg{display:block}.legend svg{display:inline-block}
        svg text{font-family:system-ui,sans-serif;fill:var(--ink)}
        figure{margin:0}
        .plot{width:100%;max-width:30rem;height:auto;overflow:visible}
        .line{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-linecap:round}
        .thread{fill:none;stroke:var(--s1);stroke-width:.7;stroke-opacity:.35;stroke-linejoin:round}
        .band{fill:var(--c);fill-opacity:.15;stroke:none}.band.idle{fill-opacity:.5}
        .level{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-dasharray:3 3}
        path.ending{stroke:var(--bad);stroke-width:1.2;stroke-dasharray:4 3}
        svg text.ending{fill:var(--bad);font-size:12px;font-weight:600}
        .cursor{stroke:var(--ink);stroke-width:1;stroke-opacity:.6}
        .end{fill:var(--c)}.grid{stroke:var(--faint)}.axis{stroke:var(--soft);fill:none}
        svg .tick{fill:var(--soft);font-size:12px}
        svg .name{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
        a{color:var(--s1)}
        .slider{display:block;width:100%;max-width:30rem;margin:.2rem 0 0;accent-color:var(--s1)}
        .readout{display:block;font-size:.85rem;min-height:1.5em;color:var(--soft);overflow-wrap:anywhere;
        max-height:6em;overflow:auto}
        .tools{margin:.3rem 0 0;display:flex;gap:.4rem;float:right}.tools:empty{display:none}
        button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
        .tools button{font-size:.78rem;color:var(--soft);border:1px solid var(--soft);border-radius:.3rem;
        padding:.05rem .5rem}
        .data{font-size:.85rem;margin-top:.3rem;color:var(--soft)}.data pre{max-height:14rem;overflow:auto;
        white-space:pre;overflow-wrap:normal;color:var(--ink)}.data summary{font-weight:400}
        .bar{width:100%;height:22px;border-radius:.3rem;margin-top:.7rem}.bar rect{fill:var(--c)}
        .graph{width:100%;height:auto;margin:0 auto}.map{overflow:visible;min-width:36rem}
        .drawn:has(.map) .slider{max-width:none}
        .scroll{overflow:auto;max-height:33.6rem;margin-top:.5rem}.scroll:has(.graph){max-height:none}
        .scroll:has(table){background:linear-gradient(90deg,var(--card) 40%,transparent) 0 0/3rem 100% no-repeat local,
        linear-gradient(270deg,var(--card) 40%,transparent) 100% 0/3rem 100% no-repeat local,
        linear-gradient(90deg,var(--faint),transparent) 0 0/.9rem 100% no-repeat scroll,
        linear-gradient(270deg,var(--faint),transparent) 100% 0/.9rem 100% no-repeat scroll}
        table{border-collapse:collapse;width:100%;font-size:.88rem}
        th,td{padding:.22rem .45rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--faint)}
        th{position:sticky;top:0;background:color-mix(in srgb,var(--card) 85%,transparent);color:var(--soft);
        font-weight:600;white-space:normal;vertical-align:bottom}th button{text-align:inherit}
        th[aria-sort] button{color:var(--ink)}
        th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
        tr.hostile td{background:var(--hostile-back)}
        .text{text-align:left}td.text{white-space:normal;max-width:26rem;min-width:3rem}td.long{min-width:11rem}
        th:first-child,td:first-child{padding-left:.3rem}th:last-child,td:last-child{padding-right:.3rem}
        .settings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2rem;
        margin:.5rem 0 0;font-size:.88rem}
        .settings div{display:flex;justify-content:space-between;gap:1rem;padding:.2rem 0;
        border-bottom:1px solid var(--faint)}
        .settings dt{color:var(--soft)}.settings dd{margin:0;text-align:right;overflow-wrap:anywhere;min-width:0}
        .settings .wide{grid-column:1/-1}
        pre{margin:.6rem 0 0;padding:.7rem .8rem;background:var(--paper);border-radius:.4rem;white-space:pre-wrap;
        overflow-wrap:anywhere;font:.88rem/1.6 ui-monospace,monospace}
        summary{cursor:pointer;font-weight:650}
        :focus-visible{outline:2px solid var(--s1);outline-offset:2px}
        @media (max-width:30rem){svg .tick{font-size:15px}}
        @media print{@page{margin:14mm}body{background:none;font-size:9pt}main{padding:2px;max-width:none}
        main>.half{flex:1 1 45%}.settings{grid-template-columns:1fr 1fr}.figures{grid-template-columns:repeat(8,auto)}
        .figures dd{font-size:11.5pt;white-space:nowrap}.figures dt{font-size:7.5pt}table{font-size:8pt}
        th,td{padding:.15rem .35rem}
        .map{max-width:125mm}.graph:not(.map){max-width:95mm!important}
        section,aside,.figures{break-inside:avoid;border-color:#ccc}
        section:has(table,.settings){break-inside:auto}.settings div{break-inside:avoid}h2,.note{break-after:avoid}
        .scroll{max-height:none;overflow:visible}th{position:static}section:has(>details),.data,.tools,.slider,.readout,
        .cursor{display:none}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """
}
