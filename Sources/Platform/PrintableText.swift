// Printable texts: what users and peers wrote, as it may reach a terminal: what would move the cursor, start an escape
// sequence, break a line or turn the direction of reading is shown instead of done.

/// `text` on one line, its control characters as visible escapes: `\n`, `\t`, `\u{1B}`.
///
/// Backslashes stay as they are, so that doing it twice changes nothing.
public func printable(_ text: String) -> String {
    escaping(text) { scalar in
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}

/// The same for a text of JSON, which reads back equal: line feeds between its values stay, and what stands in its
/// strings gets JSON's own escapes.
func printable(json: String) -> String {
    escaping(json) { scalar in
        let digits = String(scalar.value, radix: 16)
        return scalar == "\n" ? "\n" : "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
    }
}

private func escaping(_ text: String, _ escape: (Unicode.Scalar) -> String) -> String {
    guard text.utf8.contains(where: { $0 < 32 || $0 > 126 }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isControl(scalar) { result += escape(scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
}

/// C0, DEL and C1; the separators of lines and paragraphs; the marks, embeddings, overrides and isolates of
/// bidirectional text. All of them have at most four hexadecimal digits.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}
