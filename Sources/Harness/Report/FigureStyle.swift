// The style of heat maps and of curves with bands, beside the sheet of all reports.

enum FigureStyle {
    /// Eight colours that the colour-blind tell apart (Okabe, Ito 2008).
    static let sheet: Markup = """
        :root{--k0:#0072b2;--k1:#d55e00;--k2:#009e73;--k3:#cc79a7;--k4:#e69f00;--k5:#56b4e9;--k6:#6b6b6b;--k7:#8b2a80}
        .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
        .band{fill:var(--c);fill-opacity:.13;stroke:none}
        .heat{display:block;max-width:none}.scroll:has(.heat){max-height:none}
        .heat rect{fill:color-mix(in srgb,var(--c,var(--s1)) var(--share),var(--card));stroke:var(--faint)}
        .heat text{font-size:12.5px}.heat .note{font-size:10.5px;fill-opacity:.75}

        """
}
