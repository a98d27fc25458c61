using Xunit.Sdk;
using Xunit.v3;

// Each test runs whole servers.
[assembly: Parallelization(Mode = ParallelMode.None)]
