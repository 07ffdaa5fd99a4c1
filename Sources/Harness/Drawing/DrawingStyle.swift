// The style sheet of drawings of graphs, light and dark, in colours that every program knows which shows SVG.

enum DrawingStyle {
    /// For SVG of the class `graph`. Lines and nodes stay apart without colour, by dashes and shapes.
    static var sheet: Markup {
        """
        .graph text{font-family:system-ui,"Liberation Sans",sans-serif}
        .graph .label{font-weight:600}
        .graph .edge{fill:none}
        .graph .edge.hostile{stroke-dasharray:5 3}
        .graph .edge.later{stroke-dasharray:1.5 4}
        .graph .edge.tap{stroke-dasharray:1 3}
        .graph .edge.head{stroke-dasharray:none}
        .graph circle{stroke-width:1.5}
        .graph .diamond{stroke-width:2}
        .graph .lost{stroke-dasharray:4 3}
        .graph .halo{fill:none;stroke-width:1.6}
        .graph.map text.tick{font-size:12px}
        .graph .none{stroke-dasharray:1.5 2.5}
        \(rules(.light))@media screen and (prefers-color-scheme:dark){
        \(rules(.dark))}

        """
    }

    private static func rules(_ palette: Palette) -> Markup {
        let (page, ink, soft) = (palette.card.code, palette.ink.code, palette.soft.code)
        let (honest, hostile, worst) = (palette.lines[1].code, palette.hostile.code, palette.lines[0].code)
        return """
            .graph .page{fill:\(page)}
            .graph text{fill:\(ink)}
            .graph text.soft{fill:\(soft)}
            .graph .edge{stroke:\(soft)}
            .graph .edge.hostile,.graph .edge.tap{stroke:\(hostile)}
            .graph circle{stroke:\(honest)}
            .graph circle.none,.graph circle.lost{fill:\(page)}
            .graph circle.lost,.graph circle.none{stroke:\(soft)}
            .graph .diamond{stroke:\(hostile);fill:\(palette.hostileBack.code)}
            .graph circle.halo{stroke:\(worst)}
            \(palette.stepRules(of: ".graph"))
            """
    }
}
