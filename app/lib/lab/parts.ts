import type { AnyPublicLab, PublicLab, PublicWanLab } from '@/server/domain/views'

/** The lab, if it has a cluster. */
export const clusterLab = (lab: AnyPublicLab | null | undefined): PublicLab | null =>
  lab && 'cluster' in lab ? lab : null

/** The lab, if it has a WAN and nothing else. */
export const wanLab = (lab: AnyPublicLab): PublicWanLab | null => ('cluster' in lab ? null : lab)
