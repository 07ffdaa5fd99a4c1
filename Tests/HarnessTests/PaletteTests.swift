// The colours of pages: enough contrast for text and lines on whatever they stand on (WCAG 2.2, 1.4.3 and 1.4.11).
import Testing

@testable import Harness

@Suite("Report: colours")
struct PaletteTests {
    private static let palettes = [("light", Palette.light), ("dark", Palette.dark)]

    @Test("contrast is what WCAG says it is")
    func ratio() {
        let (black, white) = (PageColour(0), PageColour(0xffffff))
        #expect(abs(black.contrast(with: white) - 21) < 1e-9 && abs(white.contrast(with: white) - 1) < 1e-9)
        // The lightest grey that passes for text on white, and the one after it.
        #expect(PageColour(0x767676).contrast(with: white) > 4.5 && PageColour(0x777777).contrast(with: white) < 4.5)
    }

    @Test("text has a contrast of at least 4.5 to 1", arguments: palettes)
    func text(name: String, palette: Palette) {
        for (place, back) in [("paper", palette.paper), ("card", palette.card), ("hostile row", palette.hostileBack)] {
            for (text, colour) in [("ink", palette.ink), ("soft", palette.soft)] {
                #expect(colour.contrast(with: back) >= 4.5, "\(name): \(text) on \(place)")
            }
        }
        for (text, colour) in [
            ("good", palette.good), ("doubtful", palette.doubtful), ("bad", palette.bad), ("running", palette.lines[1]),
            ("stopped", palette.lines[0]),
        ] { #expect(colour.contrast(with: palette.paper) >= 4.5, "\(name): \(text) on paper") }
        #expect(palette.bad.contrast(with: palette.card) >= 4.5)
        // In the nodes of a drawing.
        for step in 0..<ValueScale.steps {
            #expect(palette.ink.contrast(with: palette.tint(ofStep: step)) >= 4.5, "\(name): step \(step)")
        }
        for (index, colour) in palette.categories.enumerated() {
            #expect(palette.ink.contrast(with: colour) >= 4.5, "\(name): category \(index)")
        }
    }

    @Test("lines and borders have a contrast of at least 3 to 1", arguments: palettes)
    func lines(name: String, palette: Palette) {
        for (index, line) in palette.lines.enumerated() {
            #expect(line.contrast(with: palette.card) >= 3, "\(name): line \(index)")
        }
        for colour in [palette.hostile, palette.soft] { #expect(colour.contrast(with: palette.card) >= 3, "\(name)") }
    }

    @Test("the steps of a value go one way", arguments: palettes)
    func steps(name: String, palette: Palette) {
        let contrasts = (0..<ValueScale.steps).map { palette.tint(ofStep: $0).contrast(with: palette.card) }
        #expect(zip(contrasts, contrasts.dropFirst()).allSatisfy { $0 < $1 }, "\(name)")
    }

    @Test("Base64 is that of RFC 4648, section 10")
    func encoding() {
        for (text, expected) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] { #expect(base64(Array(text.utf8)) == expected) }
    }
}
