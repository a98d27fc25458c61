using System.Collections.Immutable;

namespace CityTwin.Core.Access;

/// <summary>What somebody may be; several at once.</summary>
[Flags]
public enum Roles
{
    None = 0,

    /// <summary>Sees the city.</summary>
    Viewer = 1,

    /// <summary>Sees it and gives orders.</summary>
    Operator = 2,

    /// <summary>Tries things on copies of it.</summary>
    Planner = 4,

    /// <summary>Is sent somewhere, and says how far it has come.</summary>
    Guard = 8,

    /// <summary>Sees everything, also what others did, and orders nothing.</summary>
    Auditor = 16,

    /// <summary>Does everything, the definition included.</summary>
    Administrator = 32,

    /// <summary>Says what it measures.</summary>
    Device = 64,

    /// <summary>Stands in a permission for those who have shown no credential; nobody is granted it.</summary>
    Anyone = 128,
}

/// <summary>Roles as files and claims write them.</summary>
public static class RoleWords
{
    /// <summary>Those that can be granted, in the order of their worth to a reader.</summary>
    public static ImmutableArray<Roles> Granted { get; } =
        [Roles.Viewer, Roles.Operator, Roles.Planner, Roles.Guard, Roles.Auditor, Roles.Administrator, Roles.Device];

    /// <summary>All that can be granted, at once.</summary>
    public static Roles All { get; } = Granted.Aggregate((roles, role) => roles | role);

    public static string Of(Roles role) => role.ToString().ToLowerInvariant();

    /// <summary>One role by its word; null when there is none.</summary>
    public static Roles? Parse(string word) =>
        Granted.Add(Roles.Anyone).Where(role => Of(role) == word).Select(role => (Roles?)role).FirstOrDefault();
}
