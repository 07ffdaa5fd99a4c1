// SlurmNodeList: the short forms in which Slurm writes hosts (`a[1-3,7],b`) and tasks a host (`8(x2),4`).
import Registry

enum SlurmNodeList {
    /// More hosts than any job has.
    static let most = 100_000
    /// More dimensions than the name of any host has.
    private static let mostBrackets = 16

    /// The hosts that a list stands for, in its order: `gpu[08-10]-[a,b]` is six of them.
    static func hosts(_ text: String, variable: String) throws(ConfigurationFault) -> [String] {
        var hosts: [String] = []
        for part in try parts(text, variable) {
            hosts += try expand(part[...], variable)
            guard hosts.count <= most else { throw fault(variable, text) }
        }
        return hosts
    }

    /// How many tasks each host has, in the order of the list.
    static func counts(_ text: String, variable: String) throws(ConfigurationFault) -> [Int] {
        var counts: [Int] = []
        // Of the whole job; a product of two counts up to `most` does not overflow.
        var all = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var (number, times) = (part, 1)
            if let open = part.firstIndex(of: "(") {
                let inside = part[open...].dropFirst()
                guard inside.hasPrefix("x"), inside.hasSuffix(")"), let count = Int(inside.dropFirst().dropLast()),
                    (1...most).contains(count)
                else { throw fault(variable, text) }
                (number, times) = (part[..<open], count)
            }
            guard let tasks = Int(number), (0...most).contains(tasks), counts.count + times <= most,
                all + tasks * times <= most
            else { throw fault(variable, text) }
            all += tasks * times
            counts += [Int](repeating: tasks, count: times)
        }
        return counts
    }

    /// The parts between the commas that stand in no brackets.
    private static func parts(_ text: String, _ variable: String) throws(ConfigurationFault) -> [String] {
        var parts = [""]
        var isInside = false
        for character in text {
            switch character {
            case "[" where !isInside: isInside = true
            case "]" where isInside: isInside = false
            case "[", "]": throw fault(variable, text)
            case "," where !isInside:
                parts.append("")
                continue
            default: break
            }
            parts[parts.count - 1].append(character)
        }
        guard !isInside, parts.allSatisfy({ !$0.isEmpty }) else { throw fault(variable, text) }
        return parts
    }

    /// What one part stands for, its last bracket running fastest.
    private static func expand(_ text: Substring, _ variable: String) throws(ConfigurationFault) -> [String] {
        var names = [""]
        var rest = text
        var brackets = 0
        while let open = rest.firstIndex(of: "["), let close = rest.firstIndex(of: "]") {
            brackets += 1
            guard brackets <= mostBrackets else { throw fault(variable, String(text)) }
            var inside: [String] = []
            for range in rest[rest.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false) {
                inside += try numbers(range, variable)
                guard inside.count * names.count <= most else { throw fault(variable, String(text)) }
            }
            let before = rest[..<open]
            names = names.flatMap { name in inside.map { "\(name)\(before)\($0)" } }
            rest = rest[rest.index(after: close)...]
        }
        return names.map { $0 + rest }
    }

    /// `08-10` is 08, 09, 10: as many digits as the first one has.
    private static func numbers(_ text: Substring, _ variable: String) throws(ConfigurationFault) -> [String] {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        if ends.count == 1, !text.isEmpty { return [String(text)] }
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), 0 <= first, first <= last,
            last - first < most
        else { throw fault(variable, String(text)) }
        return (first...last).map { number in
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, ends[0].count - digits.count)) + digits
        }
    }

    private static func fault(_ variable: String, _ text: String) -> ConfigurationFault {
        ConfigurationFault("--hosts auto: \(variable) is '\(excerpt(of: text))', which is no list of Slurm's")
    }
}
