using System.Collections;
using System.Reflection;
using CityTwin.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace CityTwin.Simulation.Tests;

/// <summary>
/// A test that cannot fail proves nothing: each row plants one defect in the source of the protocol (or of the chaos
/// driver, where the defect is one of saving), compiles it in memory, and the chaos run has to find it.
/// </summary>
public sealed class Planted_defects
{
    private const int SeedsMax = 2000;
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    public static TheoryData<string, string, string, string> Defects => new()
    {
        {
            "no barrier between down and up", "SettleRun.cs",
            "            if (_open.Count > 0)\n            {\n                return;",
            "            if (_open.Count > 0 && _phase == Phase.Up)\n            {\n                return;"
        },
        {
            "stale answers accepted", "AskQueue.cs",
            "    public bool IsOpen(int vertex, long number) => _vertices[vertex].IsOpen && _vertices[vertex].Number == number;",
            "    public bool IsOpen(int vertex, long number) => _vertices[vertex].IsOpen && number > 0;"
        },
        {
            "state and outbox saved apart", "ChaosSegment.cs",
            "            _saved = new(state, outbox);",
            "            _saved = _saved with { State = state };\n            _world.After(_world.Delay(), () => _saved = life == _life ? _saved with { Outbox = outbox } : _saved);"
        },
        {
            "a hit joins a running batch", "CascadeCoordinator.cs",
            "        _inbox.Offer(change);",
            """
                    if (_stage == Stage.Settling)
                    {
                        var changes = _state.Open!.Changes.RemoveAll(other => other.Segment == change.Segment).Add(change);
                        _state = _state with { Open = _state.Open with { Changes = changes } };
                        return [new ChangeTaken(change.Segment, change.Version)];
                    }

                    _inbox.Offer(change);
            """
        },
        {
            "timers run on arrival", "BatchRules.cs",
            "            return new(timer, BatchKind.Timers);",
            "            return new(Math.Max(timer, stamp), BatchKind.Timers);"
        },
        {
            "a segment that missed a commit answers from what it had", "SegmentEvaluation.cs",
            "        OperatorRules.Remembers(plan.Rule) && decided.Batch != ask.LastDecided",
            "        OperatorRules.Remembers(plan.Rule) && decided.Batch < -ask.LastDecided"
        },
        {
            "a rule with a memory is not asked in the up phase", "SettleRun.cs",
            "        || OperatorRules.Remembers(_plan.Segments[vertex].Rule)\n",
            ""
        },
        {
            "who would have stood higher is not asked in the up phase", "SettleRun.cs",
            "\n        || _lastAnswer[vertex].LevelPermille > _level[vertex];",
            ";"
        },
        {
            "a changed definition begins as a new city", "DefinitionChange.cs",
            "        var begin = before.Under(Plan, at);",
            "        var begin = CascadeMemory.New(Plan);"
        },
        {
            "a changed definition tells only what its settle moved", "DefinitionChange.cs",
            "SettleAlone.Everything(begin, before,",
            "SettleAlone.Everything(begin, begin,"
        },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Are_found_by_the_chaos_run(string defect, string file, string original, string planted)
    {
        var differences = Compile(file, original, planted);
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            if (differences(seed) is { } found)
            {
                TestContext.Current.SendDiagnosticMessage("{0}: found with seed {1}: {2}", defect, seed, found);
                return;
            }
        }

        Assert.Fail($"The chaos run does not find this defect in {SeedsMax} seeds: {defect}.");
    }

    [Fact]
    public void Are_needed_for_a_difference_in_the_compiled_copy()
    {
        var differences = Compile("BatchRules.cs", "public static class BatchRules", "public static class BatchRules");
        Assert.All(Enumerable.Range(1, 50), seed => Assert.Null(differences(seed)));
    }

    /// <returns>For a seed, the first difference or the broken invariant; null when there is none.</returns>
    private static Func<int, string?> Compile(string file, string original, string planted)
    {
        var root = Repository.Root;
        var sources = Sources(Path.Combine(root, "src", "CityTwin.Core"))
            .Concat(Sources(Path.Combine(root, "tests", "Simulation.Tests", "Chaos"))).ToList();
        var mutated = Assert.Single(sources, source => Path.GetFileName(source) == file);
        var trees = sources.Select(source =>
        {
            var text = File.ReadAllText(source).ReplaceLineEndings("\n");
            if (source == mutated)
            {
                Assert.Contains(original, text, StringComparison.Ordinal);
                text = text.Replace(original, planted, StringComparison.Ordinal);
            }

            return CSharpSyntaxTree.ParseText(text, Language, source);
        });
        const string usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using Orleans;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("CityTwin", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "CityTwin.Planted", [.. trees, CSharpSyntaxTree.ParseText(usings, Language)], references,
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        var assembly = Assembly.Load(image.ToArray());
        var city = assembly.GetType("CityTwin.Simulation.Tests.Chaos.ChaosCity")!.GetMethod("Of")!;
        var run = assembly.GetType("CityTwin.Simulation.Tests.Chaos.ChaosRun")!.GetMethod("Differences")!;
        return seed =>
        {
            try
            {
                return ((IEnumerable)run.Invoke(null, [seed, city.Invoke(null, [seed])])!).Cast<string>().FirstOrDefault();
            }
            catch (TargetInvocationException broken)
            {
                return broken.InnerException!.Message;
            }
        };
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
        .Order(StringComparer.Ordinal);
}
