// AWS Batch: jobs over several nodes, and array jobs.
enum AWSBatch: JobLauncher {
    static let name = "AWS Batch"
    static var rankVariables: (rank: String, size: String?)? {
        ("AWS_BATCH_JOB_NODE_INDEX", "AWS_BATCH_JOB_NUM_NODES")
    }
    static var arrayVariables: ArrayVariables? {
        ArrayVariables(index: "AWS_BATCH_JOB_ARRAY_INDEX", count: "AWS_BATCH_JOB_ARRAY_SIZE")
    }
    static var restartVariable: (name: String, first: Int)? { ("AWS_BATCH_JOB_ATTEMPT", 1) }
}
