// CSVTable: comma-separated values as rows of features with their targets. Labels are read when the table is opened;
// the cells of features only where their rows are wanted.
import Registry

/// One file of comma-separated values.
struct CSVTable: RowTable {
    /// Positions of rows are 32 bits wide.
    private static let mostRows = 1_000_000_000

    let path: String
    let columns: CSVColumns
    let count: Int
    /// `nil` where numbers are predicted.
    let classes: ClassNames?
    let groups: [Int32]?
    private let allTargets: Targets
    private let separator: UInt8
    private let files: any DataFiles

    /// Reads all labels.
    ///
    /// - Parameter training: the table of the training part, where this is that of the test part.
    init(
        _ path: String, _ parameters: ParameterValues, in files: any DataFiles, like training: CSVTable?
    ) throws(ConfigurationFault) {
        self.path = path
        self.files = files
        separator = try CSVTable.separator(parameters)
        var records = try CSVRecords(path, separator: separator, in: files)
        guard try records.next() else { throw ConfigurationFault("has no line with cells", at: path) }
        let first = (0..<records.cellCount).map { String(decoding: records.cell($0), as: UTF8.self) }
        let columns = if let training { training.columns } else { try CSVColumns(first, parameters, at: path) }
        if let training, columns.hasHeader ? first != columns.names : first.count != columns.count {
            throw ConfigurationFault("has other columns than \(training.path)", at: path)
        }
        self.columns = columns
        var targets = TargetColumn(parameters, classes: training?.classes)
        var owners = TextNumbers()
        var groups: [Int32] = []
        var hasRow = columns.hasHeader ? try records.next() : true
        while hasRow {
            try columns.check(records)
            try targets.add(
                records.cell(columns.label), at: "\(records.place): column \(columns.name(of: columns.label))")
            if let group = columns.group { groups.append(owners.number(of: Array(records.cell(group)))) }
            guard targets.count <= Self.mostRows else {
                throw ConfigurationFault("has more than \(Self.mostRows) rows", at: path)
            }
            hasRow = try records.next()
        }
        guard targets.count > 0 else { throw ConfigurationFault("has no row below its header", at: path) }
        count = targets.count
        do throws(ConfigurationFault) {
            (allTargets, classes) = try targets.finished()
        } catch {
            throw error.located(at: "\(path): column \(columns.name(of: columns.label))")
        }
        let order = ClassNames(owners.texts)
        let ofOwner = owners.texts.map { order.label(of: $0) ?? 0 }
        self.groups = columns.group.map { _ in groups.map { ofOwner[Int($0)] } }
    }

    static let separator = Parameter.text("separator", default: ",", "between cells: one character, or tab")

    /// The byte of the parameter.
    static func separator(_ parameters: ParameterValues) throws(ConfigurationFault) -> UInt8 {
        let text = parameters.text("separator")
        if text == "tab" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte != UInt8(ascii: "\""), byte > 31 || byte == 9
        else {
            throw ConfigurationFault(
                .notAllowed(key: "separator", given: "'\(text)'", allowed: "one ASCII character but a quote, or tab"))
        }
        return byte
    }

    var axes: [Int] { [columns.features.count] }
    var targetKind: TargetKind { allTargets.kind }
    func targets() -> Targets { allTargets }

    func forEach(of rows: [Int32], _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        guard !rows.isEmpty else { return }
        var records = try self.records()
        var features = [Float](repeating: 0, count: columns.features.count)
        var row: Int32 = -1
        for wanted in rows {
            while row < wanted {
                row += 1
                guard try records.next(isWanted: row == wanted) else { throw changed }
            }
            try columns.read(records, into: &features)
            body(features)
        }
    }

    func fingerprint() throws(ConfigurationFault) -> String {
        var records = try self.records()
        var features = [Float](repeating: 0, count: columns.features.count)
        var rows = 0
        while try records.next() {
            try columns.read(records, into: &features)
            rows += 1
        }
        guard rows == count else { throw changed }
        return "\(rows):\(records.hash)"
    }

    /// Those after the header.
    private func records() throws(ConfigurationFault) -> CSVRecords {
        var records = try CSVRecords(path, separator: separator, in: files)
        if columns.hasHeader { _ = try records.next() }
        return records
    }

    private var changed: ConfigurationFault {
        ConfigurationFault("has not the \(count) rows any more that it had a moment ago", at: path)
    }
}

extension CSVColumns {
    /// Refuses a record with too few or too many cells.
    fileprivate func check(_ record: CSVRecords) throws(ConfigurationFault) {
        guard record.cellCount == count else {
            throw ConfigurationFault(
                "has \(record.cellCount == 1 ? "1 cell" : "\(record.cellCount) cells"), but the first line \(count)",
                at: record.place)
        }
    }

    fileprivate func read(_ record: CSVRecords, into values: inout [Float]) throws(ConfigurationFault) {
        try check(record)
        for (index, column) in features.enumerated() {
            guard let value = DecimalNumber.feature(of: record.cell(column)) else {
                let text = String(decoding: record.cell(column), as: UTF8.self)
                throw ConfigurationFault(
                    "column \(name(of: column)) is \(text.isEmpty ? "empty" : "'\(excerpt(of: text))'"); allowed: "
                        + "\(DecimalNumber.allowed), or the column among task.dataset.ignore", at: record.place)
            }
            values[index] = value
        }
    }
}
