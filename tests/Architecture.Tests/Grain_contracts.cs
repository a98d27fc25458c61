using System.Reflection;
using System.Text;
using CityTwin.Core.Cascades;
using CityTwin.Grains;
using CityTwin.Testing;
using Orleans;
using Xunit;

namespace CityTwin.Architecture.Tests;

/// <summary>
/// What crosses silos or is stored only grows. The manifest beside this file is the contract: a change shows in review,
/// and one that renames, reorders or removes is red.
/// </summary>
public sealed class Grain_contracts
{
    private static readonly Assembly[] Assemblies = [typeof(SegmentState).Assembly, typeof(GrainKeys).Assembly];

    [Fact]
    public void Grain_classes_are_internal_and_sealed() => Assert.All(
        Assemblies[1].GetTypes().Where(type => typeof(IGrain).IsAssignableFrom(type) && type is { IsClass: true, IsAbstract: false } && !type.Name.StartsWith("Proxy_", StringComparison.Ordinal)),
        type => Assert.True(type is { IsSealed: true, IsPublic: false }, $"{type} is a grain: internal and sealed."));

    [Fact]
    public void Stored_and_sent_records_have_an_alias_and_positional_ids() => Assert.All(
        Serialized(),
        type =>
        {
            Assert.True(type.IsDefined(typeof(AliasAttribute), false), $"{type} has no alias.");
            Assert.DoesNotContain(type.GetProperties(), property => property.IsDefined(typeof(IdAttribute), false));
        });

    [Fact]
    public void Match_the_manifest()
    {
        var path = Path.Combine(Repository.Root, "tests", "Architecture.Tests", "contracts.txt");
        var now = Manifest();
        if (Environment.GetEnvironmentVariable("CITYTWIN_WRITE_MANIFEST") == "1")
        {
            File.WriteAllText(path, now);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), now);
    }

    private static IEnumerable<Type> Serialized() => Assemblies.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false));

    private static string Manifest()
    {
        var text = new StringBuilder();
        foreach (var type in Serialized().OrderBy(type => AliasOf(type), StringComparer.Ordinal))
        {
            var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).FirstOrDefault();
            var members = constructor?.GetParameters().Select(parameter => $"{parameter.Name}:{Name(parameter.ParameterType)}") ?? [];
            text.Append(AliasOf(type)).Append('(').AppendJoin(", ", members).Append(")\n");
        }

        foreach (var type in Assemblies[1].GetExportedTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type)).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            foreach (var method in type.GetMethods().OrderBy(method => method.Name, StringComparer.Ordinal))
            {
                text.Append(type.Name).Append('.').Append(method.Name).Append('(')
                    .AppendJoin(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType))).Append("): ").Append(Name(method.ReturnType)).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The generator may repeat an alias; all of a type say the same.</summary>
    private static string AliasOf(Type type) => type.GetCustomAttributes<AliasAttribute>(false).First().Alias;

    private static string Name(Type type) => !type.IsGenericType ? type.Name
        : $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
}
