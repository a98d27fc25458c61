using System.Collections.Immutable;

namespace CityTwin.Core.Views.Filtering;

/// <summary>Whether one thing of a version of the city is meant.</summary>
public delegate bool Match<in T>(CityVersion version, T item);

/// <summary>
/// A field that a filter may name, and how its values are read. The closed family is <see cref="TextField{T}"/>,
/// <see cref="NameField{T}"/>, <see cref="WordField{T}"/>, <see cref="NumberField{T}"/>, <see cref="TimeField{T}"/>,
/// <see cref="FlagField{T}"/> and <see cref="ListField{T}"/>.
/// </summary>
public abstract record FilterField<T>
{
    /// <summary>For a field that the definition alone decides, of things meant by their place: where it has which value. Else null.</summary>
    public PostingLists? Lists { get; init; }

    /// <summary>A value as <see cref="Lists"/> has it: what the public contract puts before it is left out.</summary>
    public virtual string Bare(string value) => value;
}

/// <summary>Any text; null = absent.</summary>
public sealed record TextField<T>(Func<CityVersion, T, string?> Get) : FilterField<T>;

/// <summary>The resource name of something else, such as <c>zones/harbour</c>; null = absent.</summary>
/// <param name="Prefix">What every value begins with, such as <c>zones/</c>; a value without it is an error, not a miss.</param>
/// <param name="Get">The id behind the prefix.</param>
public sealed record NameField<T>(string Prefix, Func<CityVersion, T, string?> Get) : FilterField<T>
{
    public override string Bare(string value) => value.StartsWith(Prefix, StringComparison.Ordinal) ? value[Prefix.Length..] : value;
}

/// <summary>One of a few words, in rising order.</summary>
/// <param name="Prefix">What the words begin with in the public contract; a filter may leave it out.</param>
public sealed record WordField<T>(string Prefix, ImmutableArray<string> Words, Func<CityVersion, T, int> Get) : FilterField<T>
{
    public override string Bare(string value) => value.StartsWith(Prefix, StringComparison.Ordinal) ? value[Prefix.Length..] : value;
}

/// <summary>A number; null = absent.</summary>
public sealed record NumberField<T>(Func<CityVersion, T, double?> Get) : FilterField<T>;

/// <summary>An instant, written as in RFC 3339; null = absent.</summary>
public sealed record TimeField<T>(Func<CityVersion, T, DateTimeOffset?> Get) : FilterField<T>;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed record FlagField<T>(Func<CityVersion, T, bool> Get) : FilterField<T>;

/// <summary>Several texts, asked with <c>:</c>.</summary>
public sealed record ListField<T>(Func<CityVersion, T, ImmutableArray<string>> Get) : FilterField<T>;
