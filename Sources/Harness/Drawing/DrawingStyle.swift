// The style sheet of drawings of graphs, light and dark, in colours that every program knows which shows SVG.

enum DrawingStyle {
    private struct Palette {
        let page: Colour
        let ink: Colour
        let soft: Colour
        let honest: Colour
        let hostile: Colour
        let hostileBack: Colour
        let worst: Colour
        /// The shares of the honest colour in the faintest and the fullest of the steps.
        let tints: (Double, Double)
    }

    private struct Colour {
        let red, green, blue: Int

        init(_ code: Int) { (red, green, blue) = (code >> 16, code >> 8 & 255, code & 255) }

        /// `#rrggbb` of a share of this and the rest of another.
        func mixed(_ share: Double, with other: Colour) -> String {
            let digits = [(red, other.red), (green, other.green), (blue, other.blue)].map { own, other in
                let value = Int((share * Double(own) + (1 - share) * Double(other)).rounded())
                return (value < 16 ? "0" : "") + String(value, radix: 16)
            }
            return "#" + digits.joined()
        }

        var code: String { mixed(1, with: self) }
    }

    private static let light = Palette(
        page: Colour(0xffffff), ink: Colour(0x1d1c1a), soft: Colour(0x67635b), honest: Colour(0x1f6cb0),
        hostile: Colour(0x8b2a80), hostileBack: Colour(0xf6e6f4), worst: Colour(0xc4401a), tints: (0.06, 0.62))
    private static let dark = Palette(
        page: Colour(0x1d1f22), ink: Colour(0xecebe7), soft: Colour(0xa6a39b), honest: Colour(0x6db5f2),
        hostile: Colour(0xe391d6), hostileBack: Colour(0x3d2339), worst: Colour(0xff8b5e), tints: (0.08, 0.55))

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
        .graph .none{stroke-dasharray:1.5 2.5}
        \(rules(light))@media screen and (prefers-color-scheme:dark){
        \(rules(dark))}

        """
    }

    private static func rules(_ palette: Palette) -> Markup {
        let (page, ink, soft) = (palette.page.code, palette.ink.code, palette.soft.code)
        let (honest, hostile, worst) = (palette.honest.code, palette.hostile.code, palette.worst.code)
        let last = Double(ValueScale.steps - 1)
        let steps = (0..<ValueScale.steps).map { step -> Markup in
            let tint = palette.tints.0 + (palette.tints.1 - palette.tints.0) * Double(step) / last
            return ".graph .v\(step){fill:\(palette.honest.mixed(tint, with: palette.page))}\n"
        }
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
            \(steps)
            """
    }
}
