// The colours of all pages and drawings, light and dark. Tests hold them to the contrast that WCAG 2.2 asks for.
import Kernels

/// A colour of a page, in sRGB.
struct PageColour {
    let red, green, blue: Int

    init(_ code: Int) { (red, green, blue) = (code >> 16, code >> 8 & 255, code & 255) }

    private init(red: Int, green: Int, blue: Int) { (self.red, self.green, self.blue) = (red, green, blue) }

    private var parts: [Int] { [red, green, blue] }

    /// A share of this and the rest of another.
    func mixed(_ share: Double, with other: PageColour) -> PageColour {
        let mixed = zip(parts, other.parts).map { own, other in
            Int((share * Double(own) + (1 - share) * Double(other)).rounded())
        }
        return PageColour(red: mixed[0], green: mixed[1], blue: mixed[2])
    }

    /// `#rrggbb`.
    var code: String { "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// Relative luminance (WCAG 2.2), from 0 of black to 1 of white.
    private var luminance: Double {
        let linear = parts.map { part -> Double in
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : Elementary.exp(2.4 * Elementary.log((share + 0.055) / 1.055))
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// Contrast ratio (WCAG 2.2), from 1 of equal colours to 21.
    func contrast(with other: PageColour) -> Double {
        let (own, foreign) = (luminance, other.luminance)
        return (max(own, foreign) + 0.05) / (min(own, foreign) + 0.05)
    }
}

/// All colours of one kind of page.
struct Palette {
    let paper, card, ink, soft, faint: PageColour
    /// Of lines, which differ in their dashes too. The second is that of honest nodes, the first of what to look at.
    let lines: [PageColour]
    let hostile, hostileBack: PageColour
    let good, doubtful, bad: PageColour
    let idle: PageColour
    /// The shares of the honest colour in the faintest and the fullest of the steps of a value.
    let tints: (Double, Double)

    static let light = Palette(
        paper: PageColour(0xf6f5f2), card: PageColour(0xffffff), ink: PageColour(0x1d1c1a),
        soft: PageColour(0x625e56), faint: PageColour(0xe5e2db),
        lines: [0xc4401a, 0x1f6cb0, 0x4b4842, 0x00795a, 0x8b2a80, 0x8a5a00, 0x0a7285, 0x767676].map(PageColour.init),
        hostile: PageColour(0x8b2a80), hostileBack: PageColour(0xf6e6f4), good: PageColour(0x1b6e3c),
        doubtful: PageColour(0x8a5a00), bad: PageColour(0xb3261e), idle: PageColour(0xd3cfc5), tints: (0.06, 0.62))

    static let dark = Palette(
        paper: PageColour(0x141517), card: PageColour(0x1d1f22), ink: PageColour(0xecebe7),
        soft: PageColour(0xaeaba3), faint: PageColour(0x35373b),
        lines: [0xff8b5e, 0x6db5f2, 0xcfccc4, 0x4fc79f, 0xe391d6, 0xe0b04d, 0x5fd0de, 0xa3a3a3].map(PageColour.init),
        hostile: PageColour(0xe391d6), hostileBack: PageColour(0x3d2339), good: PageColour(0x6fd28f),
        doubtful: PageColour(0xe9b44c), bad: PageColour(0xff8a80), idle: PageColour(0x4a4d52), tints: (0.08, 0.5))

    /// Of a value's step, from 0.
    func tint(ofStep step: Int) -> PageColour {
        let share = tints.0 + (tints.1 - tints.0) * Double(step) / Double(ValueScale.steps - 1)
        return lines[1].mixed(share, with: card)
    }

    /// Of fields with names, in the order of the names: faint enough for text.
    var categories: [PageColour] { [1, 0, 3, 4, 5, 6, 7, 2].map { lines[$0].mixed(0.26, with: card) } }

    /// For the classes of a value's steps, below a selector.
    func stepRules(of selector: Markup) -> Markup {
        (0..<ValueScale.steps).reduce(into: "") { rules, step in
            rules += "\(selector) .v\(step){fill:\(tint(ofStep: step).code)}\n"
        }
    }

    /// As custom properties of a style sheet: `--paper:#f6f5f2;…`.
    var properties: Markup {
        let named = [
            ("paper", paper), ("card", card), ("ink", ink), ("soft", soft), ("faint", faint), ("idle", idle),
            ("hostile", hostile), ("hostile-back", hostileBack), ("good", good), ("doubtful", doubtful), ("bad", bad),
        ]
        let all = named + lines.enumerated().map { ("s\($0.offset)", $0.element) }
        return Markup(stringLiteral: all.map { "--\($0.0):\($0.1.code)" }.joined(separator: ";"))
    }
}
