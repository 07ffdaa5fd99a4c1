// FaultLine: what every refusal of a file must be: as it is printed, one line with a place and a sentence.
import Platform
import Registry

enum FaultLine {
    /// What is wrong with how a file was refused.
    static func violation(_ fault: ConfigurationFault) -> String? {
        let text = printable(fault.description)
        if text.contains(where: \.isNewline) { return "a refusal has more than one line: \(text)" }
        if text.utf8.count > 2_000 { return "a refusal has \(text.utf8.count) bytes: \(text.prefix(200))" }
        // Of a table the sentence itself begins with file and line.
        return fault.place.isEmpty && !text.contains(":") ? "a refusal says no place: \(text)" : nil
    }
}
