using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// One browser at a time: the tests measure what a screen shows within a deadline, and would slow each other down.
[assembly: Parallelization(Mode = ParallelMode.None)]
