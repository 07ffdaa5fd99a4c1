// TableDataset: a dataset out of tables in files. The test part is a table of its own, or a share of the only one.
import Kernels
import Registry

/// Data in tables.
protocol TableSource: FileDataSource where Content == TableDataset<Self> {
    associatedtype Table: RowTable
    func trainingTable(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> Table
    /// The table of the test part, with the same columns and classes as `training`.
    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: Table
    ) throws(ConfigurationFault) -> Table
    /// Whether the training table holds the test part too.
    var holdsTestPart: Bool { get }
    /// What is in the digest beside the contents of the files.
    var reading: String { get }
}

extension TableSource {
    var holdsTestPart: Bool { false }

    /// Every parameter but where the files are.
    var reading: String {
        let elsewhere = Self.fileNames + [FileParameters.folder.name, FileParameters.digest.name]
        let values = zip(parameters.names, parameters.values).filter { !elsewhere.contains($0.0) }
        return ([Self.name] + values.map { "\($0)=\($1)" } + (holdsTestPart ? ["shared out"] : []))
            .joined(separator: ":")
    }

    func read(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> TableDataset<Self> {
        try TableDataset(self, parameters, in: files)
    }
}

/// Which rows of a table are the training part, and which the test part.
struct Division: Sendable, Equatable {
    static let parameters = [
        Parameter.number("testShare", 0.001...0.999, default: 0.2, "of the rows, where there is no file of test rows"),
        Parameter.count("seed", 0...Int(Int32.max), default: 1, "draws which rows these are"),
    ]

    /// Ascending.
    let training: [Int32]
    /// Ascending.
    let test: [Int32]

    init(of table: some RowTable, _ parameters: ParameterValues) throws(ConfigurationFault) {
        var rows = (0..<Int32(table.count)).map { $0 }
        let share = parameters.number("testShare")
        let count = Int((share * Double(rows.count)).rounded())
        guard (1..<rows.count).contains(count) else {
            throw ConfigurationFault(
                "has \(table.count) rows, and a share of \(share) for tests leaves a part without any; allowed: "
                    + "another task.dataset.testShare, or files of test rows", at: table.path)
        }
        var random = RandomStream(seed: UInt64(parameters.count("seed")), purpose: .data)
        random.shuffle(&rows)
        test = rows[..<count].sorted()
        training = rows[count...].sorted()
    }
}

/// The tables, found and opened. A test table is not touched before it is asked for.
struct TableDataset<Source: TableSource>: FileDataset {
    var parameters: ParameterValues
    private let source: Source
    private let files: any DataFiles
    private let table: Source.Table
    /// `nil` where the test part is a table of its own.
    private let division: Division?
    private let scaling: FeatureScaling?

    init(
        _ source: Source, _ parameters: ParameterValues, in files: any DataFiles
    ) throws(ConfigurationFault) {
        self.source = source
        self.parameters = parameters
        self.files = files
        table = try source.trainingTable(parameters, in: files)
        division = source.holdsTestPart ? try Division(of: table, parameters) : nil
        let kind = parameters.names.contains(FeatureScaling.parameter.name) ? parameters.text("scaling") : "none"
        scaling = try FeatureScaling(kind, of: table, rows: division?.training ?? allRows(of: table))
    }

    var path: String { table.path }
    var shape: SampleShape { SampleShape(axes: table.axes, targets: table.targetKind) }
    var classNames: [String] { table.classes?.names ?? (0..<shape.classCount).map { "\($0)" } }
    var trainingCount: Int { division?.training.count ?? table.count }

    func testCount() throws(ConfigurationFault) -> Int {
        if let division { division.test.count } else { try testTable().count }
    }

    func trainingTargets() throws(ConfigurationFault) -> Targets {
        let targets = try table.targets()
        return division.map { targets.picked($0.training) } ?? targets
    }

    func trainingGroups() -> [Int32]? {
        guard let groups = table.groups else { return nil }
        return division.map { $0.training.map { groups[Int($0)] } } ?? groups
    }

    func trainingFeatures(ofRows rows: [Int32]) throws(ConfigurationFault) -> [Float] {
        try table.features(
            ofRows: division.map { division in rows.map { division.training[Int($0)] } } ?? rows, scaled: scaling)
    }

    func testPart() throws(ConfigurationFault) -> Samples {
        let test = try division == nil ? testTable() : table
        let rows = division?.test ?? allRows(of: test)
        return Samples(
            features: try test.features(ofRows: rows, scaled: scaling), targets: try test.targets().picked(rows),
            axes: table.axes)
    }

    private func testTable() throws(ConfigurationFault) -> Source.Table {
        try source.testTable(parameters, in: files, like: table)
    }

    func contentDigest() throws(ConfigurationFault) -> String {
        let tables = try division == nil ? [table, testTable()] : [table]
        var text = source.reading
        for table in tables { text += ":\(try table.fingerprint())" }
        return textDigest(text)
    }
}

private func allRows(of table: some RowTable) -> [Int32] { (0..<Int32(table.count)).map { $0 } }
