using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using Orleans;

namespace CityTwin.Architecture.Tests.Contracts;

/// <summary>
/// A value of any contract in which every member says something: the same one each time, so that its bytes are. A number is
/// made of the name of its member; of a closed family the first member, by name, stands for all.
/// </summary>
internal static class Filling
{
    private static readonly Type[] Contracts = [.. new[] { typeof(City).Assembly, typeof(Tell).Assembly }.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false))];

    /// <summary>A full value of a type.</summary>
    public static object Of(Type type, string name = "value")
    {
        if (Simple(type, name) is { } simple)
        {
            return simple;
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(inner, name);
        }

        if (type.IsEnum)
        {
            // Not the first: that is what a missing member reads as.
            return Enum.GetValues(type).Cast<object>().Last();
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic && Collection(type, generic, name) is { } collection)
        {
            return collection;
        }

        var made = type.IsAbstract ? Contracts.Where(type.IsAssignableFrom).Where(member => !member.IsAbstract).OrderBy(member => member.Name, StringComparer.Ordinal).First() : type;
        return ConstructorOf(made) is { } constructor
            ? constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType, parameter.Name!))])
            : Activator.CreateInstance(made)!;
    }

    /// <summary>By which its members are known, in the order of their ids; null when it has none.</summary>
    public static ConstructorInfo? ConstructorOf(Type type) => type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).FirstOrDefault();

    private static object? Simple(Type type, string name)
    {
        var number = name.Aggregate(17, (sum, letter) => ((sum * 31) + letter) % 251) + 1;
        return type switch
        {
            _ when type == typeof(string) => name == "Value" ? "a-1" : name,
            _ when type == typeof(CityHash) => new CityHash(new string('a', 64)),
            _ when type == typeof(bool) => true,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddDays(number).AddMilliseconds(number),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(number),
            _ when type == typeof(object) => Of(typeof(Core.Cascades.CeilingChange), name),
            _ when type == typeof(Int128) => (Int128)number,
            _ when type == typeof(UInt128) => (UInt128)number,
            _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>([(byte)number]),
            _ when type.IsPrimitive => Convert.ChangeType(type == typeof(double) ? number / 256.0 : number, type, CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    private static object? Collection(Type type, Type generic, string name)
    {
        var arguments = type.GetGenericArguments();
        if (generic == typeof(ImmutableArray<>))
        {
            var items = Array.CreateInstance(arguments[0], 1);
            items.SetValue(Of(arguments[0], name), 0);
            return typeof(ImmutableArray).GetMethods().Single(method => method.Name == nameof(ImmutableArray.Create) && method.GetParameters() is [{ ParameterType: { IsArray: true } }, ] && method.GetGenericArguments().Length == 1)
                .MakeGenericMethod(arguments[0]).Invoke(null, [items]);
        }

        if (generic == typeof(ImmutableDictionary<,>))
        {
            var empty = type.GetField("Empty")!.GetValue(null)!;
            return type.GetMethod("Add")!.Invoke(empty, [Of(arguments[0], "key"), Of(arguments[1], name)]);
        }

        return null;
    }
}
