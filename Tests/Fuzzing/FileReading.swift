// FileReading: what must hold of every file that is read: it is refused, as it is printed in one line with a place and
// a sentence, or what it holds is written and reads back as the same.
import Platform
import Registry

enum FileReading {
    /// - Parameters:
    ///   - read: reads the file.
    ///   - again: writes what was read and reads that; returns what is wrong with it. A refusal there is wrong too.
    static func violation<Value>(
        reading read: () throws(ConfigurationFault) -> Value,
        again: (Value) throws(ConfigurationFault) -> String?
    ) -> String? {
        let value: Value
        do throws(ConfigurationFault) { value = try read() } catch { return violation(error) }
        do throws(ConfigurationFault) { return try again(value) } catch {
            return "what is read is written so that it is refused: \(error)"
        }
    }

    /// What is wrong with how a file was refused.
    static func violation(_ fault: ConfigurationFault) -> String? {
        let text = printable(fault.description)
        if text.contains(where: \.isNewline) { return "a refusal has more than one line: \(text)" }
        if text.utf8.count > 2_000 { return "a refusal has \(text.utf8.count) bytes: \(text.prefix(200))" }
        // Of a table the sentence itself begins with file and line.
        return fault.place.isEmpty && !text.contains(":") ? "a refusal says no place: \(text)" : nil
    }
}
