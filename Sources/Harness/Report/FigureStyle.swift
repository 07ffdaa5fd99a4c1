// The style of heat maps and of several drawings in one part of a page, beside the sheet of all reports.

enum FigureStyle {
    static var sheet: Markup {
        """
        .drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2rem}
        .drawings>*{min-width:0}
        .heat{display:block;max-width:none}.scroll:has(.heat){max-height:none}
        .heat text{font-size:12.5px}.heat .note{font-size:10.5px}
        \(rules(.light))@media screen and (prefers-color-scheme:dark){
        \(rules(.dark))}

        """
    }

    /// Colours that every program knows which shows SVG.
    private static func rules(_ palette: Palette) -> Markup {
        let categories = palette.categories.enumerated().map { index, colour -> Markup in
            ".heat .k\(index){fill:\(colour.code)}\n"
        }
        return """
            .heat rect{stroke:\(palette.faint.code);fill:\(palette.card.code)}
            \(palette.stepRules(of: ".heat"))\(categories)
            """
    }
}
