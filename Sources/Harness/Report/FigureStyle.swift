// The style of heat maps and of curves with bands, beside the sheet of all reports.

enum FigureStyle {
    /// In the colours of lines.
    static let sheet: Markup = """
        :root{--k0:var(--s1);--k1:var(--s0);--k2:var(--s3);--k3:var(--s4);--k4:var(--s5);--k5:var(--s6);--k6:var(--s7);
        --k7:var(--s2)}
        .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
        .heat{display:block;max-width:none}.scroll:has(.heat){max-height:none}
        .heat rect{fill:color-mix(in srgb,var(--c,var(--s1)) var(--share),var(--card));stroke:var(--faint)}
        .heat text{font-size:12.5px}.heat .note{font-size:10.5px;fill-opacity:.85}

        """
}
