// LIBSVMTable: lines of "label index:value index:value …", indices from 1 and ascending; what is left out is 0. Labels
// are read when the table is opened, features only where their rows are wanted.
import Registry

/// One file in the format of LIBSVM and SVMlight.
struct LIBSVMTable: RowTable {
    private static let mostRows = 1_000_000_000
    static let mostFeatures = 10_000_000
    /// A row is read with its zeros. Where nobody says how many features there are, all rows together may have so many
    /// numbers for each byte of the file, and some more: one wrong index would make rows of megabytes.
    private static let (numbersPerByte, freeNumbers) = (128, 1 << 14)

    let path: String
    let count: Int
    /// `nil` where numbers are predicted.
    let classes: ClassNames?
    private let featureCount: Int
    private let allTargets: Targets
    private let files: any DataFiles

    /// Reads all labels and indices.
    ///
    /// - Parameter training: the table of the training part, where this is that of the test part.
    init(
        _ path: String, _ parameters: ParameterValues, in files: any DataFiles, like training: LIBSVMTable?
    ) throws(ConfigurationFault) {
        self.path = path
        self.files = files
        let declared = training?.featureCount ?? parameters.count("features")
        var targets = TargetColumn(parameters, classes: training?.classes)
        var lines = try LIBSVMLines(path, mostFeatures: declared == 0 ? Self.mostFeatures : declared, in: files)
        var greatest = 0
        while try lines.next() {
            try targets.add(lines.label, at: "\(lines.place): the label")
            guard targets.count <= Self.mostRows else {
                throw ConfigurationFault("has more than \(Self.mostRows) rows", at: path)
            }
            try lines.forEachFeature { index, _ in greatest = max(greatest, index) }
        }
        guard targets.count > 0 else { throw ConfigurationFault("has no line with a label", at: path) }
        guard declared > 0 || greatest > 0 else { throw ConfigurationFault("has no feature in any line", at: path) }
        count = targets.count
        featureCount = declared == 0 ? greatest : declared
        let most = Self.numbersPerByte * lines.bytesRead + Self.freeNumbers
        guard parameters.count("features") > 0 || count * featureCount <= most else {
            throw ConfigurationFault(
                "has \(count) rows and features up to \(featureCount), which with their zeros are "
                    + "\(count * featureCount) numbers for \(lines.bytesRead) bytes; allowed: \(most); if so many "
                    + "features are meant, say so by task.dataset.features", at: path)
        }
        do throws(ConfigurationFault) {
            (allTargets, classes) = try targets.finished()
        } catch {
            throw error.located(at: path)
        }
    }

    var axes: [Int] { [featureCount] }
    var targetKind: TargetKind { allTargets.kind }
    func targets() -> Targets { allTargets }

    func forEach(of rows: [Int32], _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        guard !rows.isEmpty else { return }
        var lines = try LIBSVMLines(path, mostFeatures: featureCount, in: files)
        var features = [Float](repeating: 0, count: featureCount)
        var filled: [Int] = []
        var row: Int32 = -1
        for wanted in rows {
            while row < wanted {
                row += 1
                guard try lines.next() else { throw changed }
            }
            for index in filled { features[index] = 0 }
            filled.removeAll(keepingCapacity: true)
            try lines.forEachFeature { index, value in
                features[index - 1] = value
                filled.append(index - 1)
            }
            body(features)
        }
    }

    func fingerprint() throws(ConfigurationFault) -> String {
        var lines = try LIBSVMLines(path, mostFeatures: featureCount, in: files)
        var rows = 0
        while try lines.next() {
            try lines.forEachFeature { _, _ in }
            rows += 1
        }
        guard rows == count else { throw changed }
        return "\(rows):\(featureCount):\(lines.hash)"
    }

    private var changed: ConfigurationFault {
        ConfigurationFault("has not the \(count) rows any more that it had a moment ago", at: path)
    }
}

/// The lines of such a file; those without a label are none.
private struct LIBSVMLines {
    private let mostFeatures: Int
    private var lines: TextLines
    private var content: Range<Int> = 0..<0
    private var labelEnd = 0

    init(_ path: String, mostFeatures: Int, in files: any DataFiles) throws(ConfigurationFault) {
        self.mostFeatures = mostFeatures
        lines = try TextLines(path, in: files)
    }

    var hash: UInt64 { lines.hash }
    var bytesRead: Int { lines.bytesRead }
    var place: String { lines.place }
    var label: ArraySlice<UInt8> { lines.line[content.lowerBound..<labelEnd] }

    /// Reads the next line that is not blank; a comment begins with #.
    mutating func next() throws(ConfigurationFault) -> Bool {
        repeat {
            guard try lines.next() else { return false }
            let end = lines.line.firstIndex(of: UInt8(ascii: "#")) ?? lines.line.count
            let text = lines.line[..<end].trimmed
            content = text.startIndex..<text.endIndex
        } while content.isEmpty
        labelEnd = lines.line[content].firstIndex(where: isBlank) ?? content.upperBound
        guard DecimalNumber.value(of: label) != nil else {
            let text = String(decoding: label, as: UTF8.self)
            let reason = text.contains(",") ? "; several labels a line are not read" : ""
            throw ConfigurationFault(
                "the label is '\(excerpt(of: text))'; allowed: \(DecimalNumber.allowed)\(reason)", at: place)
        }
        return true
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Shows the features of the line, by index from 1.
    func forEachFeature(_ body: (_ index: Int, _ value: Float) -> Void) throws(ConfigurationFault) {
        var place = labelEnd
        var last = 0
        while place < content.upperBound {
            if isBlank(lines.line[place]) {
                place += 1
                continue
            }
            let end = lines.line[place..<content.upperBound].firstIndex(where: isBlank) ?? content.upperBound
            let (index, value) = try feature(lines.line[place..<end])
            guard index > last else {
                throw ConfigurationFault(
                    index == 0
                        ? "has index 0; indices begin at 1"
                        : "has index \(index) after \(last); indices ascend", at: self.place)
            }
            guard index <= mostFeatures else {
                throw ConfigurationFault(
                    "has index \(index); allowed: 1 to \(mostFeatures), or as many as task.dataset.features "
                        + "says", at: self.place)
            }
            body(index, value)
            last = index
            place = end
        }
    }

    private func feature(_ text: ArraySlice<UInt8>) throws(ConfigurationFault) -> (index: Int, value: Float) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let index = number(text[..<colon]),
            let value = DecimalNumber.feature(of: text[(colon + 1)...])
        else {
            throw ConfigurationFault(
                "has '\(excerpt(of: String(decoding: text, as: UTF8.self)))'; expected an index, a colon and "
                    + DecimalNumber.allowed, at: place)
        }
        return (index, value)
    }

    /// A whole number of a few digits.
    private func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(text.count), text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
