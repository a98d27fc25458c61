using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityTwin.Core.Cascades;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Storing;
using CityTwin.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Architecture.Tests.Contracts;

/// <summary>
/// What an earlier release stored or sent is read by this one: <c>samples.jsonl</c> holds a value of every contract as bytes, and
/// what it said, a line each. Lines are only ever added, by this test with CITYTWIN_WRITE_SAMPLES=1 when a contract is new or has
/// grown; one that no longer reads as it did would lose what somebody's city has stored, or fail while releases are mixed.
/// </summary>
public sealed class Contract_samples : IDisposable
{
    private static readonly string File = Path.Combine(Repository.Root, "tests", "Architecture.Tests", "Contracts", "samples.jsonl");
    private static readonly Assembly[] Assemblies = [typeof(SegmentState).Assembly, typeof(GrainKeys).Assembly];
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer(serializer => serializer.AddAssembly(typeof(GrainKeys).Assembly)).BuildServiceProvider();

    private Serializer Serializer => _services.GetRequiredService<Serializer>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Each_reads_as_it_was_meant()
    {
        var kinds = Kinds();
        var samples = Samples().ToList();
        Assert.NotEmpty(samples);
        Assert.Empty(samples.SelectMany(sample => !kinds.TryGetValue(sample.Kind, out var type)
            ? [$"{sample.Kind} is gone; who has stored or sent it is not understood"]
            : Dump.Differences(sample.Value, Dump.Of(Read(type, sample.Bytes)), sample.Kind)));
    }

    [Fact]
    public void Whatever_is_stored_or_sent_today_has_one()
    {
        var known = Samples().Select(sample => $"{sample.Kind} {Convert.ToBase64String(sample.Bytes)}").ToHashSet(StringComparer.Ordinal);
        var missing = Kinds().Select(kind => (kind.Key, Value: Filling.Of(kind.Value)))
            .Select(kind => (kind.Key, kind.Value, Bytes: Convert.ToBase64String(Written(kind.Value))))
            .Where(kind => !known.Contains($"{kind.Key} {kind.Bytes}")).ToList();
        if (Environment.GetEnvironmentVariable("CITYTWIN_WRITE_SAMPLES") == "1")
        {
            System.IO.File.AppendAllLines(File, missing.Select(kind => new JsonObject
            {
                ["kind"] = kind.Key, ["bytes"] = kind.Bytes, ["value"] = Dump.Of(kind.Value),
            }.ToJsonString()));
            return;
        }

        Assert.True(
            missing.Count == 0,
            $"New or grown since samples.jsonl was written: {string.Join(", ", missing.Select(kind => kind.Key))}. Add samples of them (only ever add): CITYTWIN_WRITE_SAMPLES=1.");
    }

    [Fact]
    public void Every_member_of_a_sample_says_something()
    {
        var silent = Kinds().SelectMany(kind => Silent(Dump.Of(Filling.Of(kind.Value)), kind.Key)).ToList();
        Assert.Empty(silent);
    }

    /// <summary>Every contract by its alias, and the state of every grain with what it has to tell.</summary>
    private static SortedDictionary<string, Type> Kinds()
    {
        var kinds = new SortedDictionary<string, Type>(StringComparer.Ordinal) { [PublishedKind.Due] = typeof(DateTimeOffset) };
        foreach (var type in Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false) && type is { IsAbstract: false, IsGenericTypeDefinition: false } && !typeof(Exception).IsAssignableFrom(type)))
        {
            kinds.Add(AliasOf(type), type);
        }

        foreach (var stored in Assemblies[1].GetTypes().SelectMany(type => type.GetConstructors()).SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute))).Select(parameter => parameter.ParameterType.GetGenericArguments()[0]))
        {
            kinds.Add($"stored {AliasOf(stored.GetGenericArguments()[0])}", stored);
        }

        return kinds;
    }

    private static IEnumerable<string> Silent(JsonNode? value, string place) => value switch
    {
        null => [place],
        JsonObject members => members.SelectMany(member => Silent(member.Value, $"{place}.{member.Key}")),
        JsonArray { Count: 0 } => [place],
        JsonArray items => items.SelectMany(item => Silent(item, place)),
        _ => [],
    };

    private static IEnumerable<(string Kind, byte[] Bytes, JsonNode? Value)> Samples() =>
        System.IO.File.Exists(File) ? System.IO.File.ReadLines(File).Select(line => JsonNode.Parse(line)!)
            .Select(line => (line["kind"]!.GetValue<string>(), line["bytes"]!.GetValue<string>(), Value: line["value"]))
            .Select(line => (line.Item1, Convert.FromBase64String(line.Item2), line.Value)) : [];

    private static string AliasOf(Type type) => type.GetCustomAttributes<AliasAttribute>(false).First().Alias;

    private byte[] Written(object value) => (byte[])Generic(nameof(WrittenAs), value.GetType()).Invoke(this, [value])!;

    private object? Read(Type type, byte[] bytes) => Generic(nameof(ReadAs), type).Invoke(this, [bytes]);

    /// <summary>With its type known, as the storage does.</summary>
    private static MethodInfo Generic(string name, Type type) =>
        typeof(Contract_samples).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(type);

    private byte[] WrittenAs<T>(T value) => Serializer.SerializeToArray(value);

    private T? ReadAs<T>(byte[] bytes) => Serializer.Deserialize<T>(bytes);
}
