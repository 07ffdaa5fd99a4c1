// Texts as LaTeX has them: what it would take for a command is written out, and what its fonts lack is set as a
// formula.
import Platform
import Registry

enum LaTeX {
    /// `text` for a document with the standard packages.
    static func escaped(_ text: String) -> String { printable(text).replacingScalars { signs[$0] } }

    private static let signs: [Unicode.Scalar: String] = [
        "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}",
        "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "\\": "\\textbackslash{}", "<": "$<$", ">": "$>$",
        "|": "$|$", "±": "$\\pm$", "°": "$^\\circ$", "−": "$-$", "–": "--", "×": "$\\times$", "≤": "$\\le$",
        "≥": "$\\ge$", "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$", "δ": "$\\delta$",
        "ε": "$\\varepsilon$", "η": "$\\eta$", "κ": "$\\kappa$", "λ": "$\\lambda$", "μ": "$\\mu$", "ρ": "$\\rho$",
        "σ": "$\\sigma$", "τ": "$\\tau$", "∞": "$\\infty$",
    ]
}
